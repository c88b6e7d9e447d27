from django.db import migrations

FROZEN = """
-- An issued invoice never changes, but for what was paid and credited since. A credit note corrects it.
CREATE FUNCTION billing_invoice_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - '{amount_paid,amount_credited,status}'::text[]) IS DISTINCT FROM
                           (to_jsonb(OLD) - '{amount_paid,amount_credited,status}'::text[]) THEN
        RAISE EXCEPTION 'an issued invoice does not change' USING ERRCODE = '23001', CONSTRAINT = 'invoice_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_invoice_frozen BEFORE UPDATE OR DELETE ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION billing_invoice_frozen();

CREATE FUNCTION billing_line_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.released OR
       (to_jsonb(NEW) - 'released') IS DISTINCT FROM (to_jsonb(OLD) - 'released') THEN
        RAISE EXCEPTION 'an issued invoice does not change' USING ERRCODE = '23001', CONSTRAINT = 'invoice_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_line_frozen BEFORE UPDATE OR DELETE ON billing_invoiceline
    FOR EACH ROW EXECUTE FUNCTION billing_line_frozen();
CREATE TRIGGER billing_linetax_frozen BEFORE UPDATE OR DELETE ON billing_linetax
    FOR EACH ROW EXECUTE FUNCTION public.forbid_change();
CREATE TRIGGER billing_invoicetax_frozen BEFORE UPDATE OR DELETE ON billing_invoicetax
    FOR EACH ROW EXECUTE FUNCTION public.forbid_change();
"""

NUMBERS = """
-- Numbers without a gap: each is one more than the last of its kind.
CREATE FUNCTION billing_invoice_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> 1 + coalesce((SELECT max(sequence) FROM billing_invoice WHERE kind = NEW.kind), 0) THEN
        RAISE EXCEPTION 'invoice numbers have no gap' USING ERRCODE = '23514', CONSTRAINT = 'invoice_no_gap';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_invoice_next BEFORE INSERT ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION billing_invoice_next();
"""

SUMS = """
-- At commit an invoice's lines and taxes add up to its totals; so no line can be slipped in later either.
CREATE FUNCTION billing_invoice_sums(which uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    invoice billing_invoice;
    nets numeric;
    line_taxes numeric;
    taxes numeric;
BEGIN
    SELECT * INTO invoice FROM billing_invoice WHERE id = which;
    SELECT coalesce(sum(net), 0) INTO nets FROM billing_invoiceline WHERE invoice_id = which;
    SELECT coalesce(sum(tax.amount), 0) INTO line_taxes FROM billing_linetax AS tax
        JOIN billing_invoiceline AS line ON line.id = tax.line_id WHERE line.invoice_id = which;
    SELECT coalesce(sum(amount), 0) INTO taxes FROM billing_invoicetax WHERE invoice_id = which;
    IF nets <> invoice.subtotal OR taxes <> invoice.tax_total OR line_taxes <> invoice.tax_total THEN
        RAISE EXCEPTION 'invoice % does not add up', invoice.number
            USING ERRCODE = '23514', CONSTRAINT = 'invoice_sums';
    END IF;
END $$;
CREATE FUNCTION billing_invoice_sums_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM billing_invoice_sums(CASE TG_TABLE_NAME
        WHEN 'billing_invoice' THEN NEW.id
        WHEN 'billing_linetax' THEN (SELECT invoice_id FROM billing_invoiceline WHERE id = (to_jsonb(NEW) ->> 'line_id')::uuid)
        ELSE (to_jsonb(NEW) ->> 'invoice_id')::uuid END);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER billing_invoice_sums AFTER INSERT ON billing_invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_invoice_sums_row();
CREATE CONSTRAINT TRIGGER billing_invoiceline_sums AFTER INSERT ON billing_invoiceline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_invoice_sums_row();
CREATE CONSTRAINT TRIGGER billing_linetax_sums AFTER INSERT ON billing_linetax
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_invoice_sums_row();
CREATE CONSTRAINT TRIGGER billing_invoicetax_sums AFTER INSERT ON billing_invoicetax
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_invoice_sums_row();
"""

BOOKS = """
-- The books: entries and postings are only ever added, and each entry sums to zero when its transaction commits.
CREATE FUNCTION billing_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which uuid := coalesce((to_jsonb(NEW) ->> 'entry_id')::uuid, NEW.id);
BEGIN
    IF coalesce((SELECT sum(amount) FROM billing_posting WHERE entry_id = which), -1) <> 0 THEN
        RAISE EXCEPTION 'ledger entry % does not sum to zero', which
            USING ERRCODE = '23514', CONSTRAINT = 'entry_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER billing_entry_balances AFTER INSERT ON billing_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_entry_balances();
CREATE CONSTRAINT TRIGGER billing_posting_balances AFTER INSERT ON billing_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_entry_balances();

DO $$
DECLARE
    one text;
BEGIN
    FOREACH one IN ARRAY ARRAY['billing_entry', 'billing_posting', 'billing_payment', 'billing_refund'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_grow_only BEFORE UPDATE OR DELETE ON %1$I
            FOR EACH ROW EXECUTE FUNCTION public.forbid_change()', one);
        EXECUTE format('CREATE TRIGGER %1$s_keep BEFORE TRUNCATE ON %1$I
            FOR EACH STATEMENT EXECUTE FUNCTION public.forbid_change()', one);
    END LOOP;
END $$;

-- All refunds of a payment together never exceed it.
CREATE FUNCTION billing_refund_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid numeric;
BEGIN
    SELECT amount INTO paid FROM billing_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    IF NEW.amount + coalesce((SELECT sum(amount) FROM billing_refund WHERE payment_id = NEW.payment_id), 0) > paid THEN
        RAISE EXCEPTION 'more than was paid' USING ERRCODE = '23514', CONSTRAINT = 'refund_within_payment';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_refund_within BEFORE INSERT ON billing_refund
    FOR EACH ROW EXECUTE FUNCTION billing_refund_within();
"""

SETTLED = """
-- What an invoice says was paid and credited is, at commit, what its payments, refunds and credit notes add up to. Two
-- writers who overlook each other cannot both commit.
CREATE FUNCTION billing_invoice_settled(which uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    invoice billing_invoice;
    paid numeric;
    credited numeric;
BEGIN
    SELECT * INTO invoice FROM billing_invoice WHERE id = which;
    SELECT coalesce(sum(payment.amount), 0) - coalesce(sum(
        (SELECT sum(amount) FROM billing_refund WHERE payment_id = payment.id)), 0) INTO paid
        FROM billing_payment AS payment WHERE payment.invoice_id = which;
    SELECT coalesce(-sum(total), 0) INTO credited FROM billing_invoice WHERE corrects_id = which;
    IF invoice.amount_paid <> paid OR invoice.amount_credited <> credited THEN
        RAISE EXCEPTION 'invoice % says % paid and % credited, but % and % are recorded', invoice.number,
            invoice.amount_paid, invoice.amount_credited, paid, credited
            USING ERRCODE = '23514', CONSTRAINT = 'invoice_settled';
    END IF;
END $$;
CREATE FUNCTION billing_invoice_settled_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM billing_invoice_settled(CASE TG_TABLE_NAME
        WHEN 'billing_payment' THEN (to_jsonb(NEW) ->> 'invoice_id')::uuid
        WHEN 'billing_refund' THEN
            (SELECT invoice_id FROM billing_payment WHERE id = (to_jsonb(NEW) ->> 'payment_id')::uuid)
        ELSE coalesce((to_jsonb(NEW) ->> 'corrects_id')::uuid, NEW.id) END);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER billing_invoice_settled AFTER INSERT OR UPDATE ON billing_invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_invoice_settled_row();
CREATE CONSTRAINT TRIGGER billing_payment_settled AFTER INSERT ON billing_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_invoice_settled_row();
CREATE CONSTRAINT TRIGGER billing_refund_settled AFTER INSERT ON billing_refund
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_invoice_settled_row();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("core", "0002_trails_and_rules")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (FROZEN, NUMBERS, SUMS, BOOKS, SETTLED)]
