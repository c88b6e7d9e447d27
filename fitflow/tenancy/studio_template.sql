SET LOCAL search_path = __studio__, public;
SET LOCAL check_function_bodies = false;

CREATE FUNCTION __studio__.billing_entry_balances() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    which uuid := coalesce((to_jsonb(NEW) ->> 'entry_id')::uuid, NEW.id);
BEGIN
    IF coalesce((SELECT sum(amount) FROM billing_posting WHERE entry_id = which), -1) <> 0 THEN
        RAISE EXCEPTION 'ledger entry % does not sum to zero', which
            USING ERRCODE = '23514', CONSTRAINT = 'entry_balances';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION __studio__.billing_invoice_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - '{amount_paid,amount_credited,status}'::text[]) IS DISTINCT FROM
                           (to_jsonb(OLD) - '{amount_paid,amount_credited,status}'::text[]) THEN
        RAISE EXCEPTION 'an issued invoice does not change' USING ERRCODE = '23001', CONSTRAINT = 'invoice_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION __studio__.billing_invoice_next() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.sequence <> 1 + coalesce((SELECT max(sequence) FROM billing_invoice WHERE kind = NEW.kind), 0) THEN
        RAISE EXCEPTION 'invoice numbers have no gap' USING ERRCODE = '23514', CONSTRAINT = 'invoice_no_gap';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION __studio__.billing_invoice_settled(which uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION __studio__.billing_invoice_settled_row() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM billing_invoice_settled(CASE TG_TABLE_NAME
        WHEN 'billing_payment' THEN (to_jsonb(NEW) ->> 'invoice_id')::uuid
        WHEN 'billing_refund' THEN
            (SELECT invoice_id FROM billing_payment WHERE id = (to_jsonb(NEW) ->> 'payment_id')::uuid)
        ELSE coalesce((to_jsonb(NEW) ->> 'corrects_id')::uuid, NEW.id) END);
    RETURN NULL;
END $$;

CREATE FUNCTION __studio__.billing_invoice_sums(which uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION __studio__.billing_invoice_sums_row() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM billing_invoice_sums(CASE TG_TABLE_NAME
        WHEN 'billing_invoice' THEN NEW.id
        WHEN 'billing_linetax' THEN (SELECT invoice_id FROM billing_invoiceline WHERE id = (to_jsonb(NEW) ->> 'line_id')::uuid)
        ELSE (to_jsonb(NEW) ->> 'invoice_id')::uuid END);
    RETURN NULL;
END $$;

CREATE FUNCTION __studio__.billing_line_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.released OR
       (to_jsonb(NEW) - 'released') IS DISTINCT FROM (to_jsonb(OLD) - 'released') THEN
        RAISE EXCEPTION 'an issued invoice does not change' USING ERRCODE = '23001', CONSTRAINT = 'invoice_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION __studio__.billing_refund_within() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    paid numeric;
BEGIN
    SELECT amount INTO paid FROM billing_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    IF NEW.amount + coalesce((SELECT sum(amount) FROM billing_refund WHERE payment_id = NEW.payment_id), 0) > paid THEN
        RAISE EXCEPTION 'more than was paid' USING ERRCODE = '23514', CONSTRAINT = 'refund_within_payment';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION __studio__.trainers_booking_count() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    places int := 0;
    waiting int := 0;
    state text;
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        places := places - (OLD.status = 'booked')::int;
        waiting := waiting - (OLD.status = 'waitlisted')::int;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        places := places + (NEW.status = 'booked')::int;
        waiting := waiting + (NEW.status = 'waitlisted')::int;
    END IF;
    IF places = 0 AND waiting = 0 THEN
        RETURN NULL;
    END IF;
    UPDATE trainers_session SET booked = booked + places, waitlisted = waitlisted + waiting
    WHERE id = coalesce(NEW.session_id, OLD.session_id) RETURNING status INTO state;
    IF places + waiting > 0 AND state = 'cancelled' THEN
        RAISE EXCEPTION 'the session is cancelled' USING ERRCODE = '23514', CONSTRAINT = 'booking_session_open';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION __studio__.trainers_equipment_check(asked uuid[], adding boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    short record;
BEGIN
    -- Whoever else wants these things waits here until we have ended, and then counts what we have written. All in one order.
    PERFORM FROM studios_equipment
    WHERE id IN (SELECT equipment_id FROM trainers_sessionequipment WHERE session_id = ANY (asked))
    ORDER BY id FOR NO KEY UPDATE;
    SELECT equipment.name, session.id, session.starts_at, session.ends_at, peak.most INTO short
    FROM trainers_sessionequipment AS mine
    JOIN trainers_session AS session ON session.id = mine.session_id
    JOIN studios_equipment AS equipment ON equipment.id = mine.equipment_id
    CROSS JOIN LATERAL (
        SELECT max(used) AS most FROM (
            -- What ends at an instant has given its things back to what begins then.
            SELECT sum(edge.change) OVER (ORDER BY edge.at, edge.change) AS used
            FROM trainers_session AS other JOIN trainers_sessionequipment AS uses ON uses.session_id = other.id
            CROSS JOIN LATERAL (VALUES (greatest(other.starts_at, session.starts_at), uses.quantity::int),
                                       (least(other.ends_at, session.ends_at), -uses.quantity::int)) AS edge(at, change)
            WHERE uses.equipment_id = mine.equipment_id AND other.status <> 'cancelled'
              AND other.starts_at > session.starts_at - interval '12 hours' AND other.starts_at < session.ends_at
              AND other.ends_at > session.starts_at
              AND (other.held_until IS NULL OR other.held_until > now() OR other.id = ANY (asked))
        ) AS running
    ) AS peak
    WHERE mine.session_id = ANY (asked) AND session.status <> 'cancelled' AND session.ends_at > now()
      AND (peak.most > equipment.quantity OR adding AND NOT equipment.is_active)
    ORDER BY session.starts_at, session.id
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is in use', short.name USING ERRCODE = '23514', CONSTRAINT = 'equipment_within_quantity',
            DETAIL = json_build_object('session', short.id, 'starts_at', short.starts_at, 'ends_at', short.ends_at,
                                       'needed', short.most);
    END IF;
END $$;

CREATE FUNCTION __studio__.trainers_equipment_fewer() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM trainers_equipment_check(array_agg(session.id), false)
    FROM trainers_sessionequipment AS uses JOIN trainers_session AS session ON session.id = uses.session_id
    WHERE uses.equipment_id = NEW.id AND session.ends_at > now() AND session.status <> 'cancelled'
      AND (session.held_until IS NULL OR session.held_until > now());
    RETURN NULL;
END $$;

CREATE FUNCTION __studio__.trainers_exercise_measure() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.measure <> OLD.measure AND EXISTS (SELECT FROM trainers_exerciseentry WHERE exercise_id = NEW.id) THEN
        RAISE EXCEPTION 'the exercise is in logs' USING ERRCODE = '23514', CONSTRAINT = 'exercise_measure_kept';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION __studio__.trainers_note_addenda_follow() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE trainers_note SET visibility = NEW.visibility WHERE addendum_to_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION __studio__.trainers_note_addendum() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    base record;
BEGIN
    SELECT client_id, author_id, signed_at, addendum_to_id, visibility INTO base
    FROM trainers_note WHERE id = NEW.addendum_to_id FOR SHARE;
    IF base.signed_at IS NULL OR base.addendum_to_id IS NOT NULL
       OR base.client_id <> NEW.client_id OR base.author_id <> NEW.author_id THEN
        RAISE EXCEPTION 'an addendum follows a signed note of the same client and author'
            USING ERRCODE = '23514', CONSTRAINT = 'note_addendum';
    END IF;
    NEW.visibility := base.visibility;
    RETURN NEW;
END $$;

CREATE FUNCTION __studio__.trainers_note_in_step() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.shared_with_client AND NEW.visibility = 'private' THEN
            NEW.visibility := 'client';
        END IF;
    ELSIF NEW.visibility = OLD.visibility AND NEW.shared_with_client <> OLD.shared_with_client THEN
        NEW.visibility := CASE WHEN NEW.shared_with_client THEN 'client' ELSE 'private' END;
    END IF;
    NEW.shared_with_client := NEW.visibility = 'client';
    RETURN NEW;
END $$;

CREATE FUNCTION __studio__.trainers_note_signed() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
BEGIN
    IF OLD.signed_at IS NULL THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'body') = (to_jsonb(OLD) - 'body')
       AND substring(NEW.body from '^[^$]*[$][^$]*') IS DISTINCT FROM substring(OLD.body from '^[^$]*[$][^$]*')
       AND NEW.body LIKE 'v2$%' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR
       (to_jsonb(NEW) - '{visibility,shared_with_client,updated_at}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{visibility,shared_with_client,updated_at}'::text[]) THEN
        RAISE EXCEPTION 'a signed note does not change' USING ERRCODE = '23001', CONSTRAINT = 'note_signed';
    END IF;
    RETURN NEW;
END $_$;

CREATE FUNCTION __studio__.trainers_session_busy() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.status = 'cancelled' THEN
        DELETE FROM public.trainers_shared_busytime
        WHERE studio_id = public.current_studio_id() AND session_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO public.trainers_shared_busytime
        (id, created_at, user_id, studio_id, kind, session_id, location_id, expires_at, span)
    SELECT NEW.id, now(), trainer.user_id, public.current_studio_id(),
           CASE WHEN NEW.status = 'held' THEN 'hold' ELSE 'session' END, NEW.id, NEW.location_id, NEW.held_until,
           tstzrange(NEW.starts_at - make_interval(mins => NEW.buffer_before_minutes),
                     NEW.ends_at + make_interval(mins => NEW.buffer_after_minutes))
    FROM trainers_trainerprofile AS trainer WHERE trainer.id = NEW.trainer_id
    ON CONFLICT (id) DO UPDATE SET user_id = EXCLUDED.user_id, kind = EXCLUDED.kind, span = EXCLUDED.span,
        location_id = EXCLUDED.location_id, expires_at = EXCLUDED.expires_at;
    RETURN NULL;
END $$;

CREATE FUNCTION __studio__.trainers_session_equip() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    asked uuid[];
BEGIN
    IF NOT EXISTS (SELECT FROM added JOIN trainers_serviceequipment USING (service_id)) THEN
        RETURN NULL;
    END IF;
    WITH made AS (
        INSERT INTO trainers_sessionequipment (session_id, equipment_id, quantity)
        SELECT added.id, need.equipment_id, need.quantity
        FROM added JOIN trainers_serviceequipment AS need ON need.service_id = added.service_id
        JOIN studios_equipment AS equipment
            ON equipment.id = need.equipment_id AND equipment.location_id = added.location_id
        RETURNING session_id
    ) SELECT array_agg(DISTINCT session_id) INTO asked FROM made;
    IF EXISTS (SELECT FROM added WHERE ends_at > now() AND id <> ALL (coalesce(asked, '{}'))
               AND EXISTS (SELECT FROM trainers_serviceequipment AS need WHERE need.service_id = added.service_id)) THEN
        RAISE EXCEPTION 'what the service needs is not there'
            USING ERRCODE = '23514', CONSTRAINT = 'equipment_at_place';
    END IF;
    PERFORM trainers_equipment_check(asked, true);
    RETURN NULL;
END $$;

CREATE FUNCTION __studio__.trainers_session_equip_again() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM trainers_sessionequipment WHERE session_id = NEW.id) THEN
        PERFORM trainers_equipment_check(ARRAY[NEW.id], false);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION __studio__.trainers_session_unequip() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM trainers_sessionequipment WHERE session_id = OLD.id;
    RETURN NULL;
END $$;

CREATE FUNCTION __studio__.trainers_session_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (to_jsonb(NEW) - '{booked,waitlisted,version}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{booked,waitlisted,version}'::text[]) THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION __studio__.trainers_set_measure() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM trainers_exerciseentry AS entry JOIN trainers_exercise AS exercise ON exercise.id = entry.exercise_id
        WHERE entry.id = NEW.entry_id AND exercise.measure = NEW.measure
    ) THEN
        RAISE EXCEPTION 'a set is measured as its exercise is' USING ERRCODE = '23514', CONSTRAINT = 'exercise_set_measure';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION __studio__.trainers_set_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (to_jsonb(NEW) - '{version,changed_at}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{version,changed_at}'::text[]) THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END $$;

CREATE TABLE __studio__.billing_account (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    code character varying(24) NOT NULL,
    name character varying(80) NOT NULL,
    kind character varying(10) NOT NULL
);

CREATE TABLE __studio__.billing_billingsettings (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    "only" boolean NOT NULL,
    legal_name character varying(160) NOT NULL,
    street character varying(200) NOT NULL,
    city character varying(100) NOT NULL,
    province character varying(2) NOT NULL,
    postal_code character varying(10) NOT NULL,
    email character varying(254) NOT NULL,
    phone character varying(30) NOT NULL,
    invoice_prefix character varying(8) NOT NULL,
    terms_days smallint NOT NULL,
    gst_registered boolean NOT NULL,
    gst_number character varying(20) NOT NULL,
    qst_registered boolean NOT NULL,
    qst_number character varying(20) NOT NULL,
    pst_registered boolean NOT NULL,
    pst_number character varying(20) NOT NULL,
    rounding character varying(12) NOT NULL,
    e_transfer_email character varying(254) NOT NULL,
    payment_instructions text NOT NULL,
    paper character varying(6) NOT NULL,
    CONSTRAINT billing_billingsettings_terms_days_check CHECK ((terms_days >= 0)),
    CONSTRAINT billing_settings_only_true CHECK ("only")
);

CREATE TABLE __studio__.billing_entry (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    date date NOT NULL,
    source character varying(12) NOT NULL,
    source_id uuid NOT NULL,
    memo character varying(200) NOT NULL
);

CREATE TABLE __studio__.billing_invoice (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    kind character varying(12) NOT NULL,
    sequence integer NOT NULL,
    number character varying(24) NOT NULL,
    reason character varying(300) NOT NULL,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    currency character varying(3) NOT NULL,
    province character varying(2) NOT NULL,
    seller jsonb NOT NULL,
    buyer jsonb NOT NULL,
    subtotal numeric(12,2) NOT NULL,
    tax_total numeric(12,2) NOT NULL,
    total numeric(12,2) NOT NULL,
    amount_paid numeric(12,2) NOT NULL,
    amount_credited numeric(12,2) NOT NULL,
    status character varying(10) NOT NULL,
    client_id uuid NOT NULL,
    corrects_id uuid,
    run_id uuid,
    CONSTRAINT billing_invoice_sequence_check CHECK ((sequence >= 0)),
    CONSTRAINT invoice_adds_up CHECK ((total = (subtotal + tax_total))),
    CONSTRAINT invoice_due_after_issue CHECK ((due_on >= issued_on)),
    CONSTRAINT invoice_kind_and_sign CHECK ((((corrects_id IS NULL) AND ((kind)::text = 'invoice'::text) AND (total >= (0)::numeric)) OR ((corrects_id IS NOT NULL) AND ((kind)::text = 'credit_note'::text) AND (total <= (0)::numeric)))),
    CONSTRAINT invoice_settled_within_total CHECK ((((amount_credited = (0)::numeric) AND (amount_paid = (0)::numeric) AND ((kind)::text = 'credit_note'::text)) OR ((amount_credited >= (0)::numeric) AND (amount_paid >= (0)::numeric) AND ((kind)::text = 'invoice'::text) AND (amount_credited <= total) AND (amount_paid <= total)))),
    CONSTRAINT invoice_status_follows CHECK (((((kind)::text = 'credit_note'::text) AND ((status)::text = 'issued'::text)) OR ((amount_credited < total) AND (amount_paid = (0)::numeric) AND ((status)::text = 'issued'::text)) OR ((amount_paid > (0)::numeric) AND (amount_paid < (total - amount_credited)) AND ((status)::text = 'part_paid'::text)) OR ((amount_credited < total) AND (amount_paid >= (total - amount_credited)) AND ((status)::text = 'paid'::text)) OR ((amount_credited = total) AND ((status)::text = 'credited'::text))))
);

CREATE TABLE __studio__.billing_invoicedocumentfile (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    file character varying(200) NOT NULL,
    sha256 character varying(64) NOT NULL,
    size integer NOT NULL,
    invoice_id uuid NOT NULL,
    CONSTRAINT billing_invoicedocumentfile_size_check CHECK ((size >= 0))
);

CREATE TABLE __studio__.billing_invoiceline (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    "position" smallint NOT NULL,
    released boolean NOT NULL,
    description character varying(200) NOT NULL,
    detail character varying(260) NOT NULL,
    happened_on date,
    quantity numeric(8,2) NOT NULL,
    unit_price numeric(12,2) NOT NULL,
    price_includes_tax boolean NOT NULL,
    tax_category character varying(60) NOT NULL,
    net numeric(12,2) NOT NULL,
    booking_id uuid,
    credits_line_id uuid,
    invoice_id uuid NOT NULL,
    CONSTRAINT billing_invoiceline_position_check CHECK (("position" >= 0))
);

CREATE TABLE __studio__.billing_invoicerun (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    period_from date NOT NULL,
    period_to date NOT NULL,
    status character varying(10) NOT NULL,
    total integer NOT NULL,
    done integer NOT NULL,
    errors jsonb NOT NULL,
    requested_by uuid,
    finished_at timestamp with time zone,
    client_id uuid,
    CONSTRAINT billing_invoicerun_done_check CHECK ((done >= 0)),
    CONSTRAINT billing_invoicerun_total_check CHECK ((total >= 0)),
    CONSTRAINT invoice_run_period CHECK ((period_to >= period_from))
);

CREATE TABLE __studio__.billing_invoicetax (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(8) NOT NULL,
    percent numeric(8,5) NOT NULL,
    base numeric(12,2) NOT NULL,
    amount numeric(12,2) NOT NULL,
    registration_number character varying(24) NOT NULL,
    invoice_id uuid NOT NULL
);

CREATE TABLE __studio__.billing_linetax (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(8) NOT NULL,
    percent numeric(8,5) NOT NULL,
    amount numeric(12,2) NOT NULL,
    line_id uuid NOT NULL
);

CREATE TABLE __studio__.billing_numbersequence (
    kind character varying(20) NOT NULL,
    last integer NOT NULL,
    CONSTRAINT billing_numbersequence_last_check CHECK ((last >= 0))
);

CREATE TABLE __studio__.billing_payment (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    amount numeric(12,2) NOT NULL,
    method character varying(12) NOT NULL,
    reference character varying(120) NOT NULL,
    received_on date NOT NULL,
    recorded_by uuid,
    invoice_id uuid NOT NULL,
    CONSTRAINT payment_positive CHECK ((amount > (0)::numeric))
);

CREATE TABLE __studio__.billing_posting (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    amount numeric(12,2) NOT NULL,
    client_id uuid,
    trainer_id uuid,
    date date NOT NULL,
    account_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    CONSTRAINT posting_not_zero CHECK ((NOT (amount = (0)::numeric)))
);

CREATE TABLE __studio__.billing_refund (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    amount numeric(12,2) NOT NULL,
    reason character varying(300) NOT NULL,
    refunded_on date NOT NULL,
    recorded_by uuid,
    is_correction boolean NOT NULL,
    payment_id uuid NOT NULL,
    CONSTRAINT refund_positive CHECK ((amount > (0)::numeric))
);

CREATE TABLE __studio__.clients_care (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    user_id uuid NOT NULL,
    client_id uuid NOT NULL,
    kept boolean DEFAULT false NOT NULL
);

CREATE TABLE __studio__.clients_client (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(200) NOT NULL,
    email character varying(254) NOT NULL,
    phone character varying(128) NOT NULL,
    street character varying(200) NOT NULL,
    city character varying(100) NOT NULL,
    province character varying(2) NOT NULL,
    postal_code character varying(10) NOT NULL,
    is_active boolean NOT NULL,
    user_id uuid,
    team_reading_at timestamp with time zone,
    team_reading_by character varying(200) DEFAULT ''::character varying NOT NULL,
    timezone character varying(64) DEFAULT ''::character varying NOT NULL
);

CREATE TABLE __studio__.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);

ALTER TABLE __studio__.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME __studio__.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE __studio__.notifications_delivery (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    key character varying(200) NOT NULL,
    channel character varying(6) NOT NULL,
    template character varying(60) NOT NULL,
    recipient character varying(254) NOT NULL,
    recipient_name character varying(200) NOT NULL,
    client_id uuid,
    subject_type character varying(40) NOT NULL,
    subject_id uuid,
    status character varying(10) NOT NULL,
    reason character varying(300) NOT NULL,
    attempts smallint NOT NULL,
    message_id character varying(200) NOT NULL,
    told jsonb NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT delivery_sent_has_time CHECK ((((sent_at IS NULL) OR ((status)::text = 'sent'::text)) AND (1 = (
CASE
    WHEN (sent_at IS NULL) THEN 1
    ELSE 0
END +
CASE
    WHEN ((status)::text = 'sent'::text) THEN 1
    ELSE 0
END)))),
    CONSTRAINT notifications_delivery_attempts_check CHECK ((attempts >= 0))
);

CREATE TABLE __studio__.studios_auditevent (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seq bigint NOT NULL,
    actor_id uuid,
    actor_name character varying(200) NOT NULL,
    action character varying(80) NOT NULL,
    subject_type character varying(60) NOT NULL,
    subject_id uuid,
    facts jsonb NOT NULL,
    request_id character varying(64) NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE __studio__.studios_equipment (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(80) NOT NULL,
    quantity smallint NOT NULL,
    is_active boolean NOT NULL,
    location_id uuid NOT NULL,
    CONSTRAINT equipment_is_there CHECK ((quantity >= 1)),
    CONSTRAINT studios_equipment_quantity_check CHECK ((quantity >= 0))
);

CREATE TABLE __studio__.studios_location (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(120) NOT NULL,
    street character varying(200) NOT NULL,
    city character varying(100) NOT NULL,
    province character varying(2) NOT NULL,
    postal_code character varying(10) NOT NULL,
    timezone character varying(40) NOT NULL,
    is_active boolean NOT NULL,
    closed_on_holidays boolean NOT NULL
);

CREATE TABLE __studio__.studios_room (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(80) NOT NULL,
    capacity smallint NOT NULL,
    is_active boolean NOT NULL,
    location_id uuid NOT NULL,
    CONSTRAINT studios_room_capacity_check CHECK ((capacity >= 0))
);

CREATE TABLE __studio__.trainers_availabilityexception (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    kind character varying(5) NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    starts_minute smallint,
    ends_minute smallint,
    reason character varying(200) NOT NULL,
    location_id uuid,
    trainer_id uuid NOT NULL,
    CONSTRAINT exception_ends_after_start CHECK ((ends_on >= starts_on)),
    CONSTRAINT exception_extra_has_hours CHECK ((((kind)::text = 'off'::text) OR ((location_id IS NOT NULL) AND (starts_minute IS NOT NULL)))),
    CONSTRAINT exception_within_a_day CHECK ((((ends_minute IS NULL) AND (starts_minute IS NULL)) OR ((ends_minute > starts_minute) AND (ends_minute <= 1440)))),
    CONSTRAINT trainers_availabilityexception_ends_minute_check CHECK ((ends_minute >= 0)),
    CONSTRAINT trainers_availabilityexception_starts_minute_check CHECK ((starts_minute >= 0))
);

CREATE TABLE __studio__.trainers_availabilityhours (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    weekday smallint NOT NULL,
    starts_minute smallint NOT NULL,
    ends_minute smallint NOT NULL,
    valid_from date,
    valid_until date,
    location_id uuid NOT NULL,
    trainer_id uuid NOT NULL,
    CONSTRAINT hours_on_a_weekday CHECK ((weekday <= 6)),
    CONSTRAINT hours_valid_for_a_time CHECK (((valid_from IS NULL) OR (valid_until IS NULL) OR (valid_until >= valid_from))),
    CONSTRAINT hours_valid_near_now CHECK ((((valid_from IS NULL) OR ((valid_from >= '2000-01-01'::date) AND (valid_from <= '2199-12-31'::date))) AND ((valid_until IS NULL) OR ((valid_until >= '2000-01-01'::date) AND (valid_until <= '2199-12-31'::date))))),
    CONSTRAINT hours_within_a_day CHECK (((ends_minute > starts_minute) AND (ends_minute <= 1440))),
    CONSTRAINT trainers_availabilityhours_ends_minute_check CHECK ((ends_minute >= 0)),
    CONSTRAINT trainers_availabilityhours_starts_minute_check CHECK ((starts_minute >= 0)),
    CONSTRAINT trainers_availabilityhours_weekday_check CHECK ((weekday >= 0))
);

CREATE TABLE __studio__.trainers_booking (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    status character varying(10) NOT NULL,
    attendance character varying(10) NOT NULL,
    price numeric(12,2) NOT NULL,
    price_includes_tax boolean NOT NULL,
    tax_category character varying(60) NOT NULL,
    cancelled_at timestamp with time zone,
    cancel_reason character varying(300) NOT NULL,
    late_cancel boolean NOT NULL,
    cancelled_by_id uuid,
    client_id uuid NOT NULL,
    session_id uuid NOT NULL,
    cancelled_by_client boolean NOT NULL,
    fee_percent smallint,
    strike smallint,
    was_waiting boolean NOT NULL,
    settled_elsewhere boolean DEFAULT false NOT NULL,
    CONSTRAINT booking_fee_is_a_share CHECK (((fee_percent IS NULL) OR (fee_percent <= 100))),
    CONSTRAINT trainers_booking_fee_percent_check CHECK ((fee_percent >= 0)),
    CONSTRAINT trainers_booking_strike_check CHECK ((strike >= 0))
);

CREATE TABLE __studio__.trainers_calendarfeed (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(100) NOT NULL,
    secret_hash character varying(64) NOT NULL,
    read_at timestamp with time zone,
    revoked_at timestamp with time zone,
    client_id uuid,
    made_by_id uuid,
    room_id uuid,
    trainer_id uuid,
    CONSTRAINT feed_of_one CHECK ((((client_id IS NULL) AND (room_id IS NULL) AND (trainer_id IS NOT NULL)) OR ((client_id IS NOT NULL) AND (room_id IS NULL) AND (trainer_id IS NULL)) OR ((client_id IS NULL) AND (room_id IS NOT NULL) AND (trainer_id IS NULL))))
);

CREATE TABLE __studio__.trainers_exercise (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(80) NOT NULL,
    measure character varying(10) NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT exercise_measure_known CHECK ((((measure)::text = 'load'::text) OR ((measure)::text = 'bodyweight'::text) OR ((measure)::text = 'time'::text) OR ((measure)::text = 'distance'::text)))
);

CREATE TABLE __studio__.trainers_exerciseentry (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    client_id uuid,
    exercise_id uuid NOT NULL,
    log_id uuid NOT NULL
);

CREATE TABLE __studio__.trainers_exerciselog (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    shared_with_clients boolean NOT NULL,
    session_id uuid NOT NULL
);

CREATE TABLE __studio__.trainers_exerciseset (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    "position" smallint NOT NULL,
    measure character varying(10) NOT NULL,
    repetitions smallint,
    load numeric(6,2),
    load_unit character varying(2) NOT NULL,
    seconds integer,
    metres integer,
    version integer NOT NULL,
    author_name character varying(200) NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    author_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    CONSTRAINT exercise_set_as_measured CHECK ((((load IS NOT NULL) AND ((measure)::text = 'load'::text) AND (metres IS NULL) AND (repetitions IS NOT NULL) AND (seconds IS NULL)) OR ((load IS NULL) AND ((measure)::text = 'bodyweight'::text) AND (metres IS NULL) AND (repetitions IS NOT NULL) AND (seconds IS NULL)) OR ((load IS NULL) AND ((measure)::text = 'time'::text) AND (metres IS NULL) AND (repetitions IS NULL) AND (seconds IS NOT NULL)) OR ((load IS NULL) AND ((measure)::text = 'distance'::text) AND (metres IS NOT NULL) AND (repetitions IS NULL)))),
    CONSTRAINT exercise_set_distance_sensible CHECK (((metres IS NULL) OR ((metres >= 1) AND (metres <= 1000000)))),
    CONSTRAINT exercise_set_load_sensible CHECK ((((load IS NULL) AND ((load_unit)::text = ''::text)) OR ((load >= (0)::numeric) AND (load <= (1500)::numeric) AND ((load_unit)::text = 'kg'::text)) OR ((load >= (0)::numeric) AND (load <= (3300)::numeric) AND ((load_unit)::text = 'lb'::text)))),
    CONSTRAINT exercise_set_repetitions_sensible CHECK (((repetitions IS NULL) OR ((repetitions >= 1) AND (repetitions <= 1000)))),
    CONSTRAINT exercise_set_time_sensible CHECK (((seconds IS NULL) OR ((seconds >= 1) AND (seconds <= 86400)))),
    CONSTRAINT trainers_exerciseset_metres_check CHECK ((metres >= 0)),
    CONSTRAINT trainers_exerciseset_position_check CHECK (("position" >= 0)),
    CONSTRAINT trainers_exerciseset_repetitions_check CHECK ((repetitions >= 0)),
    CONSTRAINT trainers_exerciseset_seconds_check CHECK ((seconds >= 0)),
    CONSTRAINT trainers_exerciseset_version_check CHECK ((version >= 0))
);

CREATE TABLE __studio__.trainers_import (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    kind character varying(9) NOT NULL,
    state character varying(9) NOT NULL,
    file_name character varying(200) NOT NULL,
    size integer NOT NULL,
    encoding character varying(20) NOT NULL,
    mended_lines integer NOT NULL,
    delimiter character varying(1) NOT NULL,
    header_row integer NOT NULL,
    header jsonb NOT NULL,
    preset character varying(12) NOT NULL,
    mapping jsonb NOT NULL,
    total integer NOT NULL,
    read integer NOT NULL,
    counts jsonb NOT NULL,
    round integer NOT NULL,
    leaves_out integer NOT NULL,
    notice character varying(500) NOT NULL,
    started_name character varying(200) NOT NULL,
    finished_at timestamp with time zone,
    undone_at timestamp with time zone,
    undone_name character varying(200) NOT NULL,
    started_by_id uuid,
    undone_by_id uuid,
    told_at timestamp with time zone,
    asked_by_id uuid,
    asked_name character varying(200) DEFAULT ''::character varying NOT NULL,
    digest character varying(64) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT import_finished_when CHECK (((finished_at IS NOT NULL) OR ((NOT ((state)::text = 'done'::text)) AND (NOT ((state)::text = 'undoing'::text)) AND (NOT ((state)::text = 'undone'::text))))),
    CONSTRAINT import_reads_its_rows CHECK ((read <= total)),
    CONSTRAINT trainers_import_header_row_check CHECK ((header_row >= 0)),
    CONSTRAINT trainers_import_leaves_out_check CHECK ((leaves_out >= 0)),
    CONSTRAINT trainers_import_mended_lines_check CHECK ((mended_lines >= 0)),
    CONSTRAINT trainers_import_read_check CHECK ((read >= 0)),
    CONSTRAINT trainers_import_round_check CHECK ((round >= 0)),
    CONSTRAINT trainers_import_size_check CHECK ((size >= 0)),
    CONSTRAINT trainers_import_total_check CHECK ((total >= 0))
);

CREATE TABLE __studio__.trainers_importmade (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    kind character varying(7) NOT NULL,
    made uuid NOT NULL,
    batch_id uuid NOT NULL
);

CREATE TABLE __studio__.trainers_importpart (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    number integer NOT NULL,
    text text NOT NULL,
    batch_id uuid NOT NULL,
    CONSTRAINT trainers_importpart_number_check CHECK ((number >= 0))
);

CREATE TABLE __studio__.trainers_importrow (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    number integer NOT NULL,
    outcome character varying(7) NOT NULL,
    problems jsonb NOT NULL,
    clashes jsonb NOT NULL,
    label character varying(300) NOT NULL,
    same_as integer,
    name character varying(200) NOT NULL,
    folded character varying(200) NOT NULL,
    email character varying(254) NOT NULL,
    phone character varying(20) NOT NULL,
    street character varying(200) NOT NULL,
    city character varying(100) NOT NULL,
    province character varying(2) NOT NULL,
    postal_code character varying(10) NOT NULL,
    person uuid,
    client uuid,
    service uuid,
    trainer uuid,
    location uuid,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    status character varying(10) NOT NULL,
    price numeric(12,2),
    paid boolean NOT NULL,
    session uuid,
    batch_id uuid NOT NULL,
    CONSTRAINT trainers_importrow_number_check CHECK ((number >= 0)),
    CONSTRAINT trainers_importrow_same_as_check CHECK ((same_as >= 0))
);

CREATE TABLE __studio__.trainers_note (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    author_name character varying(200) NOT NULL,
    body text NOT NULL,
    shared_with_client boolean DEFAULT false NOT NULL,
    signed_at timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    addendum_to_id uuid,
    author_id uuid NOT NULL,
    client_id uuid NOT NULL,
    session_id uuid,
    template_id uuid,
    kind character varying(8) DEFAULT 'free'::character varying NOT NULL,
    title character varying(60) DEFAULT ''::character varying NOT NULL,
    structure jsonb,
    visibility character varying(8) DEFAULT 'private'::character varying NOT NULL,
    CONSTRAINT note_kind CHECK (((kind)::text ~ '^(free|soap|progress|intake|other)$'::text)),
    CONSTRAINT note_visibility CHECK (((visibility)::text ~ '^(private|trainers|client)$'::text))
);

CREATE TABLE __studio__.trainers_notetemplate (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(60) NOT NULL,
    kind character varying(8) NOT NULL,
    sections jsonb NOT NULL,
    "position" smallint NOT NULL,
    is_active boolean NOT NULL,
    seed character varying(20),
    version integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT note_template_kind CHECK (((kind)::text ~ '^(soap|progress|intake|other)$'::text)),
    CONSTRAINT note_template_sections CHECK (((jsonb_typeof(sections) = 'array'::text) AND ((jsonb_array_length(sections) >= 1) AND (jsonb_array_length(sections) <= 12)))),
    CONSTRAINT trainers_notetemplate_position_check CHECK (("position" >= 0)),
    CONSTRAINT trainers_notetemplate_version_check CHECK ((version >= 0))
);

CREATE TABLE __studio__.trainers_series (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    duration_minutes smallint NOT NULL,
    starts character varying(16) NOT NULL,
    rule character varying(300) NOT NULL,
    skips_holidays boolean NOT NULL,
    made_until date,
    ended_at timestamp with time zone,
    version integer NOT NULL,
    follows_id uuid,
    location_id uuid NOT NULL,
    room_id uuid,
    service_id uuid NOT NULL,
    trainer_id uuid NOT NULL,
    CONSTRAINT trainers_series_duration_minutes_check CHECK ((duration_minutes >= 0)),
    CONSTRAINT trainers_series_version_check CHECK ((version >= 0))
);

CREATE TABLE __studio__.trainers_series_clients (
    id bigint NOT NULL,
    series_id uuid NOT NULL,
    client_id uuid NOT NULL
);

ALTER TABLE __studio__.trainers_series_clients ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME __studio__.trainers_series_clients_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE __studio__.trainers_seriesskip (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    occurrence character varying(16) NOT NULL,
    why character varying(10) NOT NULL,
    words character varying(300) NOT NULL,
    series_id uuid NOT NULL
);

CREATE TABLE __studio__.trainers_service (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(120) NOT NULL,
    description text NOT NULL,
    duration_minutes smallint NOT NULL,
    buffer_before_minutes smallint NOT NULL,
    buffer_after_minutes smallint NOT NULL,
    capacity smallint NOT NULL,
    price numeric(12,2) NOT NULL,
    price_includes_tax boolean NOT NULL,
    tax_category character varying(60) NOT NULL,
    free_until_hours smallint NOT NULL,
    late_fee_percent smallint NOT NULL,
    is_active boolean NOT NULL,
    fee_from_strike smallint NOT NULL,
    horizon_weeks smallint NOT NULL,
    no_show_fee_percent smallint NOT NULL,
    notice_hours smallint NOT NULL,
    CONSTRAINT service_has_room CHECK ((capacity >= 1)),
    CONSTRAINT service_price_not_negative CHECK ((price >= (0)::numeric)),
    CONSTRAINT service_takes_time CHECK ((duration_minutes >= 5)),
    CONSTRAINT trainers_service_buffer_after_minutes_check CHECK ((buffer_after_minutes >= 0)),
    CONSTRAINT trainers_service_buffer_before_minutes_check CHECK ((buffer_before_minutes >= 0)),
    CONSTRAINT trainers_service_capacity_check CHECK ((capacity >= 0)),
    CONSTRAINT trainers_service_duration_minutes_check CHECK ((duration_minutes >= 0)),
    CONSTRAINT trainers_service_fee_from_strike_check CHECK ((fee_from_strike >= 0)),
    CONSTRAINT trainers_service_free_until_hours_check CHECK ((free_until_hours >= 0)),
    CONSTRAINT trainers_service_horizon_weeks_check CHECK ((horizon_weeks >= 0)),
    CONSTRAINT trainers_service_late_fee_percent_check CHECK ((late_fee_percent >= 0)),
    CONSTRAINT trainers_service_no_show_fee_percent_check CHECK ((no_show_fee_percent >= 0)),
    CONSTRAINT trainers_service_notice_hours_check CHECK ((notice_hours >= 0))
);

CREATE TABLE __studio__.trainers_service_rooms (
    id bigint NOT NULL,
    service_id uuid NOT NULL,
    room_id uuid NOT NULL
);

ALTER TABLE __studio__.trainers_service_rooms ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME __studio__.trainers_service_rooms_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE __studio__.trainers_service_trainers (
    id bigint NOT NULL,
    service_id uuid NOT NULL,
    trainerprofile_id uuid NOT NULL
);

ALTER TABLE __studio__.trainers_service_trainers ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME __studio__.trainers_service_trainers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE __studio__.trainers_serviceequipment (
    quantity smallint NOT NULL,
    equipment_id uuid NOT NULL,
    service_id uuid NOT NULL,
    CONSTRAINT need_is_for_something CHECK ((quantity >= 1)),
    CONSTRAINT trainers_serviceequipment_quantity_check CHECK ((quantity >= 0))
);

CREATE TABLE __studio__.trainers_session (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    buffer_before_minutes smallint NOT NULL,
    buffer_after_minutes smallint NOT NULL,
    status character varying(10) NOT NULL,
    capacity smallint NOT NULL,
    booked smallint NOT NULL,
    waitlisted smallint NOT NULL,
    version integer NOT NULL,
    completed_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    cancel_reason character varying(300) NOT NULL,
    cancelled_by_id uuid,
    location_id uuid NOT NULL,
    room_id uuid,
    service_id uuid NOT NULL,
    trainer_id uuid NOT NULL,
    held_until timestamp with time zone,
    occurrence character varying(16) NOT NULL,
    series_id uuid,
    CONSTRAINT session_ends_after_start CHECK ((ends_at > starts_at)),
    CONSTRAINT session_hold_ends CHECK ((((held_until IS NOT NULL) AND ((status)::text = 'held'::text)) OR ((NOT ((status)::text = 'held'::text)) AND (held_until IS NULL)))),
    CONSTRAINT session_occurrence_of_series CHECK (((((occurrence)::text = ''::text) AND (series_id IS NULL)) OR ((series_id IS NOT NULL) AND (NOT ((occurrence)::text = ''::text))))),
    CONSTRAINT session_within_capacity CHECK ((booked <= capacity)),
    CONSTRAINT session_within_half_a_day CHECK ((ends_at <= (starts_at + '12:00:00'::interval))),
    CONSTRAINT trainers_session_booked_check CHECK ((booked >= 0)),
    CONSTRAINT trainers_session_buffer_after_minutes_check CHECK ((buffer_after_minutes >= 0)),
    CONSTRAINT trainers_session_buffer_before_minutes_check CHECK ((buffer_before_minutes >= 0)),
    CONSTRAINT trainers_session_capacity_check CHECK ((capacity >= 0)),
    CONSTRAINT trainers_session_version_check CHECK ((version >= 0)),
    CONSTRAINT trainers_session_waitlisted_check CHECK ((waitlisted >= 0))
);

CREATE TABLE __studio__.trainers_sessionequipment (
    quantity smallint NOT NULL,
    equipment_id uuid NOT NULL,
    session_id uuid NOT NULL,
    CONSTRAINT trainers_sessionequipment_quantity_check CHECK ((quantity >= 0))
);

CREATE TABLE __studio__.trainers_trainerprofile (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(200) NOT NULL,
    bio text NOT NULL,
    hue smallint NOT NULL,
    is_active boolean NOT NULL,
    lead_id uuid,
    user_id uuid NOT NULL,
    CONSTRAINT trainers_trainerprofile_hue_check CHECK ((hue >= 0))
);

CREATE TABLE __studio__.trainers_traveltime (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    minutes smallint NOT NULL,
    first_id uuid,
    second_id uuid,
    CONSTRAINT trainers_traveltime_minutes_check CHECK ((minutes >= 0)),
    CONSTRAINT travel_named_in_order CHECK ((((first_id IS NULL) AND (second_id IS NULL)) OR (first_id < second_id))),
    CONSTRAINT travel_within_a_day CHECK ((minutes <= 600))
);

CREATE TABLE __studio__.trainers_waitlistoffer (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    state character varying(9) NOT NULL,
    offered_at timestamp with time zone NOT NULL,
    answer_by timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    booking_id uuid NOT NULL,
    CONSTRAINT offer_has_time CHECK ((answer_by > offered_at))
);

ALTER TABLE ONLY __studio__.billing_account
    ADD CONSTRAINT billing_account_code_key UNIQUE (code);

ALTER TABLE ONLY __studio__.billing_account
    ADD CONSTRAINT billing_account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_billingsettings
    ADD CONSTRAINT billing_billingsettings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_entry
    ADD CONSTRAINT billing_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_invoice
    ADD CONSTRAINT billing_invoice_number_key UNIQUE (number);

ALTER TABLE ONLY __studio__.billing_invoice
    ADD CONSTRAINT billing_invoice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_invoicedocumentfile
    ADD CONSTRAINT billing_invoicedocumentfile_invoice_id_key UNIQUE (invoice_id);

ALTER TABLE ONLY __studio__.billing_invoicedocumentfile
    ADD CONSTRAINT billing_invoicedocumentfile_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_invoiceline
    ADD CONSTRAINT billing_invoiceline_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_invoicerun
    ADD CONSTRAINT billing_invoicerun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_invoicetax
    ADD CONSTRAINT billing_invoicetax_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_linetax
    ADD CONSTRAINT billing_linetax_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_numbersequence
    ADD CONSTRAINT billing_numbersequence_pkey PRIMARY KEY (kind);

ALTER TABLE ONLY __studio__.billing_payment
    ADD CONSTRAINT billing_payment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_posting
    ADD CONSTRAINT billing_posting_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_refund
    ADD CONSTRAINT billing_refund_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_billingsettings
    ADD CONSTRAINT billing_settings_one_row UNIQUE ("only");

ALTER TABLE ONLY __studio__.clients_care
    ADD CONSTRAINT care_once UNIQUE (client_id, user_id);

ALTER TABLE ONLY __studio__.clients_care
    ADD CONSTRAINT clients_care_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.clients_client
    ADD CONSTRAINT clients_client_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.billing_entry
    ADD CONSTRAINT entry_source_once UNIQUE (source, source_id);

ALTER TABLE ONLY __studio__.studios_equipment
    ADD CONSTRAINT equipment_name_once UNIQUE (location_id, name);

ALTER TABLE ONLY __studio__.trainers_availabilityexception
    ADD CONSTRAINT exception_once UNIQUE NULLS NOT DISTINCT (trainer_id, kind, location_id, starts_on, ends_on, starts_minute, ends_minute);

ALTER TABLE ONLY __studio__.trainers_exerciseentry
    ADD CONSTRAINT exercise_entry_once UNIQUE NULLS NOT DISTINCT (log_id, client_id, exercise_id);

ALTER TABLE ONLY __studio__.trainers_exerciseset
    ADD CONSTRAINT exercise_set_position_once UNIQUE (entry_id, "position");

ALTER TABLE ONLY __studio__.trainers_availabilityhours
    ADD CONSTRAINT hours_no_overlap EXCLUDE USING gist (trainer_id WITH =, weekday WITH =, int4range((starts_minute)::integer, (ends_minute)::integer) WITH &&, daterange(valid_from, valid_until, '[]'::text) WITH &&);

ALTER TABLE ONLY __studio__.trainers_importmade
    ADD CONSTRAINT import_made_once UNIQUE (batch_id, kind, made);

ALTER TABLE ONLY __studio__.trainers_importpart
    ADD CONSTRAINT import_part_once UNIQUE (batch_id, number);

ALTER TABLE ONLY __studio__.trainers_importrow
    ADD CONSTRAINT import_row_once UNIQUE (batch_id, number);

ALTER TABLE ONLY __studio__.billing_invoiceline
    ADD CONSTRAINT invoice_line_position UNIQUE (invoice_id, "position");

ALTER TABLE ONLY __studio__.billing_invoice
    ADD CONSTRAINT invoice_sequence_once UNIQUE (kind, sequence);

ALTER TABLE ONLY __studio__.billing_invoicetax
    ADD CONSTRAINT invoice_tax_once UNIQUE (invoice_id, name);

ALTER TABLE ONLY __studio__.billing_invoiceline
    ADD CONSTRAINT line_credited_once UNIQUE (credits_line_id);

ALTER TABLE ONLY __studio__.billing_linetax
    ADD CONSTRAINT line_tax_once UNIQUE (line_id, name);

ALTER TABLE ONLY __studio__.studios_location
    ADD CONSTRAINT location_name_once UNIQUE (name);

ALTER TABLE ONLY __studio__.notifications_delivery
    ADD CONSTRAINT notifications_delivery_key_key UNIQUE (key);

ALTER TABLE ONLY __studio__.notifications_delivery
    ADD CONSTRAINT notifications_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.studios_room
    ADD CONSTRAINT room_name_once UNIQUE (location_id, name);

ALTER TABLE ONLY __studio__.trainers_session
    ADD CONSTRAINT session_room_once EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at, '[)'::text) WITH &&) WHERE (((room_id IS NOT NULL) AND (NOT ((status)::text = 'cancelled'::text))));

ALTER TABLE ONLY __studio__.trainers_seriesskip
    ADD CONSTRAINT skip_occurrence_once UNIQUE (series_id, occurrence);

ALTER TABLE ONLY __studio__.studios_auditevent
    ADD CONSTRAINT studios_auditevent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.studios_equipment
    ADD CONSTRAINT studios_equipment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.studios_location
    ADD CONSTRAINT studios_location_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.studios_room
    ADD CONSTRAINT studios_room_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_availabilityexception
    ADD CONSTRAINT trainers_availabilityexception_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_availabilityhours
    ADD CONSTRAINT trainers_availabilityhours_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_booking
    ADD CONSTRAINT trainers_booking_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_calendarfeed
    ADD CONSTRAINT trainers_calendarfeed_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_calendarfeed
    ADD CONSTRAINT trainers_calendarfeed_secret_hash_key UNIQUE (secret_hash);

ALTER TABLE ONLY __studio__.trainers_exercise
    ADD CONSTRAINT trainers_exercise_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_exerciseentry
    ADD CONSTRAINT trainers_exerciseentry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_exerciselog
    ADD CONSTRAINT trainers_exerciselog_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_exerciselog
    ADD CONSTRAINT trainers_exerciselog_session_id_key UNIQUE (session_id);

ALTER TABLE ONLY __studio__.trainers_exerciseset
    ADD CONSTRAINT trainers_exerciseset_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_import
    ADD CONSTRAINT trainers_import_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_importmade
    ADD CONSTRAINT trainers_importmade_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_importpart
    ADD CONSTRAINT trainers_importpart_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_importrow
    ADD CONSTRAINT trainers_importrow_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_note
    ADD CONSTRAINT trainers_note_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_notetemplate
    ADD CONSTRAINT trainers_notetemplate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_notetemplate
    ADD CONSTRAINT trainers_notetemplate_seed_key UNIQUE (seed);

ALTER TABLE ONLY __studio__.trainers_series_clients
    ADD CONSTRAINT trainers_series_clients_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_series_clients
    ADD CONSTRAINT trainers_series_clients_series_id_client_id_b2e1d6a5_uniq UNIQUE (series_id, client_id);

ALTER TABLE ONLY __studio__.trainers_series
    ADD CONSTRAINT trainers_series_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_seriesskip
    ADD CONSTRAINT trainers_seriesskip_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_service
    ADD CONSTRAINT trainers_service_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_service_rooms
    ADD CONSTRAINT trainers_service_rooms_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_service_rooms
    ADD CONSTRAINT trainers_service_rooms_service_id_room_id_29d9bb32_uniq UNIQUE (service_id, room_id);

ALTER TABLE ONLY __studio__.trainers_service_trainers
    ADD CONSTRAINT trainers_service_trainer_service_id_trainerprofil_6d5bc9cb_uniq UNIQUE (service_id, trainerprofile_id);

ALTER TABLE ONLY __studio__.trainers_service_trainers
    ADD CONSTRAINT trainers_service_trainers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_serviceequipment
    ADD CONSTRAINT trainers_serviceequipment_pkey PRIMARY KEY (service_id, equipment_id);

ALTER TABLE ONLY __studio__.trainers_session
    ADD CONSTRAINT trainers_session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_sessionequipment
    ADD CONSTRAINT trainers_sessionequipment_pkey PRIMARY KEY (session_id, equipment_id);

ALTER TABLE ONLY __studio__.trainers_trainerprofile
    ADD CONSTRAINT trainers_trainerprofile_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_trainerprofile
    ADD CONSTRAINT trainers_trainerprofile_user_id_key UNIQUE (user_id);

ALTER TABLE ONLY __studio__.trainers_traveltime
    ADD CONSTRAINT trainers_traveltime_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_waitlistoffer
    ADD CONSTRAINT trainers_waitlistoffer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY __studio__.trainers_traveltime
    ADD CONSTRAINT travel_once UNIQUE NULLS NOT DISTINCT (first_id, second_id);

CREATE INDEX audit_newest ON __studio__.studios_auditevent USING btree (seq DESC);

CREATE INDEX audit_subject ON __studio__.studios_auditevent USING btree (subject_type, subject_id);

CREATE INDEX billing_account_code_aef3bbbf_like ON __studio__.billing_account USING btree (code varchar_pattern_ops);

CREATE INDEX billing_invoice_client_id_01577a63 ON __studio__.billing_invoice USING btree (client_id);

CREATE INDEX billing_invoice_corrects_id_8155d10c ON __studio__.billing_invoice USING btree (corrects_id);

CREATE INDEX billing_invoice_number_b2bb8a8d_like ON __studio__.billing_invoice USING btree (number varchar_pattern_ops);

CREATE INDEX billing_invoice_run_id_2254c136 ON __studio__.billing_invoice USING btree (run_id);

CREATE INDEX billing_invoiceline_booking_id_12b44eb4 ON __studio__.billing_invoiceline USING btree (booking_id);

CREATE INDEX billing_invoiceline_credits_line_id_564037c4 ON __studio__.billing_invoiceline USING btree (credits_line_id);

CREATE INDEX billing_invoiceline_invoice_id_ff507e12 ON __studio__.billing_invoiceline USING btree (invoice_id);

CREATE INDEX billing_invoicerun_client_id_908809fb ON __studio__.billing_invoicerun USING btree (client_id);

CREATE INDEX billing_invoicetax_invoice_id_75d2ac17 ON __studio__.billing_invoicetax USING btree (invoice_id);

CREATE INDEX billing_linetax_line_id_f1507af9 ON __studio__.billing_linetax USING btree (line_id);

CREATE INDEX billing_numbersequence_kind_b980da3a_like ON __studio__.billing_numbersequence USING btree (kind varchar_pattern_ops);

CREATE INDEX billing_payment_invoice_id_998dd3c5 ON __studio__.billing_payment USING btree (invoice_id);

CREATE INDEX billing_posting_account_id_59544239 ON __studio__.billing_posting USING btree (account_id);

CREATE INDEX billing_posting_entry_id_e7c77e12 ON __studio__.billing_posting USING btree (entry_id);

CREATE INDEX billing_refund_payment_id_51c81a5e ON __studio__.billing_refund USING btree (payment_id);

CREATE INDEX booking_by_client ON __studio__.trainers_booking USING btree (client_id, created_at DESC);

CREATE UNIQUE INDEX booking_client_once ON __studio__.trainers_booking USING btree (session_id, client_id) WHERE (NOT ((status)::text = 'cancelled'::text));

CREATE UNIQUE INDEX booking_on_one_line ON __studio__.billing_invoiceline USING btree (booking_id) WHERE ((booking_id IS NOT NULL) AND (credits_line_id IS NULL) AND (NOT released));

CREATE UNIQUE INDEX client_email_once ON __studio__.clients_client USING btree (lower((email)::text)) WHERE (NOT ((email)::text = ''::text));

CREATE INDEX client_email_search ON __studio__.clients_client USING gin (lower((email)::text) public.gin_trgm_ops);

CREATE INDEX client_name_search ON __studio__.clients_client USING gin (translate(lower((name)::text), 'àáâãäåāăąçćčďèéêëēėęěìíîïīįłñńňòóôõöøōőřśšťùúûüūůűýÿźżž'::text, 'aaaaaaaaacccdeeeeeeeeiiiiiilnnnoooooooorsstuuuuuuuyyzzz'::text) public.gin_trgm_ops);

CREATE INDEX client_phone_search ON __studio__.clients_client USING gin (phone public.gin_trgm_ops);

CREATE UNIQUE INDEX client_user_once ON __studio__.clients_client USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX clients_care_client_id_5786a807 ON __studio__.clients_care USING btree (client_id);

CREATE INDEX clients_care_user_id_11bb3b9a ON __studio__.clients_care USING btree (user_id);

CREATE INDEX clients_client_user_id_57c8fc4a ON __studio__.clients_client USING btree (user_id);

CREATE INDEX delivery_by_client ON __studio__.notifications_delivery USING btree (client_id, created_at DESC);

CREATE INDEX delivery_by_status ON __studio__.notifications_delivery USING btree (status, created_at);

CREATE INDEX delivery_subject ON __studio__.notifications_delivery USING btree (subject_type, subject_id);

CREATE INDEX exception_by_trainer ON __studio__.trainers_availabilityexception USING btree (trainer_id, starts_on);

CREATE INDEX exercise_entry_by_client ON __studio__.trainers_exerciseentry USING btree (client_id, exercise_id);

CREATE UNIQUE INDEX exercise_name_once ON __studio__.trainers_exercise USING btree (translate(lower((name)::text), 'àáâãäåāăąçćčďèéêëēėęěìíîïīįłñńňòóôõöøōőřśšťùúûüūůűýÿźżž'::text, 'aaaaaaaaacccdeeeeeeeeiiiiiilnnnoooooooorsstuuuuuuuyyzzz'::text));

CREATE INDEX import_row_by_outcome ON __studio__.trainers_importrow USING btree (batch_id, outcome, number);

CREATE INDEX import_row_by_person ON __studio__.trainers_importrow USING btree (batch_id, person);

CREATE INDEX invoice_by_client ON __studio__.billing_invoice USING btree (client_id, issued_on DESC);

CREATE INDEX invoice_newest ON __studio__.billing_invoice USING btree (issued_on DESC, sequence DESC);

CREATE INDEX invoice_open ON __studio__.billing_invoice USING btree (due_on) WHERE (((status)::text = 'issued'::text) OR ((status)::text = 'part_paid'::text));

CREATE INDEX note_by_client ON __studio__.trainers_note USING btree (client_id, created_at DESC);

CREATE INDEX note_history ON __studio__.trainers_note USING btree (client_id, id DESC);

CREATE UNIQUE INDEX note_template_name_once ON __studio__.trainers_notetemplate USING btree (lower((name)::text)) WHERE is_active;

CREATE INDEX note_unsigned ON __studio__.trainers_note USING btree (author_id, created_at) WHERE (signed_at IS NULL);

CREATE INDEX notifications_delivery_key_184a76b7_like ON __studio__.notifications_delivery USING btree (key varchar_pattern_ops);

CREATE INDEX offer_by_deadline ON __studio__.trainers_waitlistoffer USING btree (answer_by) WHERE ((state)::text = 'open'::text);

CREATE UNIQUE INDEX offer_open_once ON __studio__.trainers_waitlistoffer USING btree (booking_id) WHERE ((state)::text = 'open'::text);

CREATE INDEX posting_by_account ON __studio__.billing_posting USING btree (account_id, date);

CREATE INDEX series_going_on ON __studio__.trainers_series USING btree (made_until) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX service_name_once ON __studio__.trainers_service USING btree (name) WHERE is_active;

CREATE INDEX session_by_start ON __studio__.trainers_session USING btree (starts_at, id);

CREATE INDEX session_by_trainer ON __studio__.trainers_session USING btree (trainer_id, starts_at);

CREATE INDEX session_held ON __studio__.trainers_session USING btree (held_until) WHERE ((status)::text = 'held'::text);

CREATE UNIQUE INDEX session_occurrence_once ON __studio__.trainers_session USING btree (series_id, occurrence) WHERE (series_id IS NOT NULL);

CREATE INDEX studios_equipment_location_id_77e54f09 ON __studio__.studios_equipment USING btree (location_id);

CREATE INDEX studios_room_location_id_f5f2161a ON __studio__.studios_room USING btree (location_id);

CREATE INDEX trainers_availabilityexception_location_id_ba9432e3 ON __studio__.trainers_availabilityexception USING btree (location_id);

CREATE INDEX trainers_availabilityexception_trainer_id_02a328b3 ON __studio__.trainers_availabilityexception USING btree (trainer_id);

CREATE INDEX trainers_availabilityhours_location_id_f196de01 ON __studio__.trainers_availabilityhours USING btree (location_id);

CREATE INDEX trainers_availabilityhours_trainer_id_7f8bb1a1 ON __studio__.trainers_availabilityhours USING btree (trainer_id);

CREATE INDEX trainers_booking_cancelled_by_id_9124941e ON __studio__.trainers_booking USING btree (cancelled_by_id);

CREATE INDEX trainers_booking_client_id_40e4604a ON __studio__.trainers_booking USING btree (client_id);

CREATE INDEX trainers_booking_session_id_a0869369 ON __studio__.trainers_booking USING btree (session_id);

CREATE INDEX trainers_calendarfeed_client_id_a7ffec3d ON __studio__.trainers_calendarfeed USING btree (client_id);

CREATE INDEX trainers_calendarfeed_made_by_id_a82ae35e ON __studio__.trainers_calendarfeed USING btree (made_by_id);

CREATE INDEX trainers_calendarfeed_room_id_b65de326 ON __studio__.trainers_calendarfeed USING btree (room_id);

CREATE INDEX trainers_calendarfeed_secret_hash_7da194f7_like ON __studio__.trainers_calendarfeed USING btree (secret_hash varchar_pattern_ops);

CREATE INDEX trainers_calendarfeed_trainer_id_917e6224 ON __studio__.trainers_calendarfeed USING btree (trainer_id);

CREATE INDEX trainers_exerciseentry_client_id_59f04f9c ON __studio__.trainers_exerciseentry USING btree (client_id);

CREATE INDEX trainers_exerciseentry_exercise_id_34b3528c ON __studio__.trainers_exerciseentry USING btree (exercise_id);

CREATE INDEX trainers_exerciseentry_log_id_c661230e ON __studio__.trainers_exerciseentry USING btree (log_id);

CREATE INDEX trainers_exerciseset_author_id_52e7f51d ON __studio__.trainers_exerciseset USING btree (author_id);

CREATE INDEX trainers_exerciseset_entry_id_cc62f412 ON __studio__.trainers_exerciseset USING btree (entry_id);

CREATE INDEX trainers_import_asked_by_id_35c657cc ON __studio__.trainers_import USING btree (asked_by_id);

CREATE INDEX trainers_import_started_by_id_494b714a ON __studio__.trainers_import USING btree (started_by_id);

CREATE INDEX trainers_import_undone_by_id_25360564 ON __studio__.trainers_import USING btree (undone_by_id);

CREATE INDEX trainers_importmade_batch_id_d3154a3d ON __studio__.trainers_importmade USING btree (batch_id);

CREATE INDEX trainers_importpart_batch_id_95e56202 ON __studio__.trainers_importpart USING btree (batch_id);

CREATE INDEX trainers_importrow_batch_id_5e3ee27e ON __studio__.trainers_importrow USING btree (batch_id);

CREATE INDEX trainers_note_addendum_to_id_55749145 ON __studio__.trainers_note USING btree (addendum_to_id);

CREATE INDEX trainers_note_author_id_b3840493 ON __studio__.trainers_note USING btree (author_id);

CREATE INDEX trainers_note_client_id_20f6216d ON __studio__.trainers_note USING btree (client_id);

CREATE INDEX trainers_note_session_id_14600b58 ON __studio__.trainers_note USING btree (session_id);

CREATE INDEX trainers_note_template_id_b595d11a ON __studio__.trainers_note USING btree (template_id);

CREATE INDEX trainers_notetemplate_seed_64f9327d_like ON __studio__.trainers_notetemplate USING btree (seed varchar_pattern_ops);

CREATE INDEX trainers_series_clients_client_id_18ec0411 ON __studio__.trainers_series_clients USING btree (client_id);

CREATE INDEX trainers_series_clients_series_id_a2c99952 ON __studio__.trainers_series_clients USING btree (series_id);

CREATE INDEX trainers_series_follows_id_09fa9e11 ON __studio__.trainers_series USING btree (follows_id);

CREATE INDEX trainers_series_location_id_3c9cb38d ON __studio__.trainers_series USING btree (location_id);

CREATE INDEX trainers_series_room_id_88b1b01b ON __studio__.trainers_series USING btree (room_id);

CREATE INDEX trainers_series_service_id_97b03c07 ON __studio__.trainers_series USING btree (service_id);

CREATE INDEX trainers_series_trainer_id_ec637648 ON __studio__.trainers_series USING btree (trainer_id);

CREATE INDEX trainers_seriesskip_series_id_6dfa29c6 ON __studio__.trainers_seriesskip USING btree (series_id);

CREATE INDEX trainers_service_rooms_room_id_a5b92480 ON __studio__.trainers_service_rooms USING btree (room_id);

CREATE INDEX trainers_service_rooms_service_id_901d43bf ON __studio__.trainers_service_rooms USING btree (service_id);

CREATE INDEX trainers_service_trainers_service_id_fbcb9f37 ON __studio__.trainers_service_trainers USING btree (service_id);

CREATE INDEX trainers_service_trainers_trainerprofile_id_788e5643 ON __studio__.trainers_service_trainers USING btree (trainerprofile_id);

CREATE INDEX trainers_serviceequipment_equipment_id_2c26fecc ON __studio__.trainers_serviceequipment USING btree (equipment_id);

CREATE INDEX trainers_serviceequipment_service_id_c68ef00b ON __studio__.trainers_serviceequipment USING btree (service_id);

CREATE INDEX trainers_session_cancelled_by_id_62b2a4b6 ON __studio__.trainers_session USING btree (cancelled_by_id);

CREATE INDEX trainers_session_location_id_cc236d68 ON __studio__.trainers_session USING btree (location_id);

CREATE INDEX trainers_session_room_id_cee8045c ON __studio__.trainers_session USING btree (room_id);

CREATE INDEX trainers_session_series_id_cdbf0033 ON __studio__.trainers_session USING btree (series_id);

CREATE INDEX trainers_session_service_id_4afb52dc ON __studio__.trainers_session USING btree (service_id);

CREATE INDEX trainers_session_trainer_id_eba3a273 ON __studio__.trainers_session USING btree (trainer_id);

CREATE INDEX trainers_sessionequipment_equipment_id_7dbaecb0 ON __studio__.trainers_sessionequipment USING btree (equipment_id);

CREATE INDEX trainers_sessionequipment_session_id_46af7559 ON __studio__.trainers_sessionequipment USING btree (session_id);

CREATE INDEX trainers_trainerprofile_lead_id_432ae72e ON __studio__.trainers_trainerprofile USING btree (lead_id);

CREATE INDEX trainers_traveltime_first_id_274c50d5 ON __studio__.trainers_traveltime USING btree (first_id);

CREATE INDEX trainers_traveltime_second_id_6ae6f03a ON __studio__.trainers_traveltime USING btree (second_id);

CREATE INDEX trainers_waitlistoffer_booking_id_a9e29b0f ON __studio__.trainers_waitlistoffer USING btree (booking_id);

CREATE CONSTRAINT TRIGGER billing_entry_balances AFTER INSERT ON __studio__.billing_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION __studio__.billing_entry_balances();

CREATE TRIGGER billing_entry_grow_only BEFORE DELETE OR UPDATE ON __studio__.billing_entry FOR EACH ROW EXECUTE FUNCTION public.forbid_change();

CREATE TRIGGER billing_entry_keep BEFORE TRUNCATE ON __studio__.billing_entry FOR EACH STATEMENT EXECUTE FUNCTION public.forbid_change();

CREATE TRIGGER billing_invoice_frozen BEFORE DELETE OR UPDATE ON __studio__.billing_invoice FOR EACH ROW EXECUTE FUNCTION __studio__.billing_invoice_frozen();

CREATE TRIGGER billing_invoice_next BEFORE INSERT ON __studio__.billing_invoice FOR EACH ROW EXECUTE FUNCTION __studio__.billing_invoice_next();

CREATE CONSTRAINT TRIGGER billing_invoice_settled AFTER INSERT OR UPDATE ON __studio__.billing_invoice DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION __studio__.billing_invoice_settled_row();

CREATE CONSTRAINT TRIGGER billing_invoice_sums AFTER INSERT ON __studio__.billing_invoice DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION __studio__.billing_invoice_sums_row();

CREATE CONSTRAINT TRIGGER billing_invoiceline_sums AFTER INSERT ON __studio__.billing_invoiceline DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION __studio__.billing_invoice_sums_row();

CREATE TRIGGER billing_invoicetax_frozen BEFORE DELETE OR UPDATE ON __studio__.billing_invoicetax FOR EACH ROW EXECUTE FUNCTION public.forbid_change();

CREATE CONSTRAINT TRIGGER billing_invoicetax_sums AFTER INSERT ON __studio__.billing_invoicetax DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION __studio__.billing_invoice_sums_row();

CREATE TRIGGER billing_line_frozen BEFORE DELETE OR UPDATE ON __studio__.billing_invoiceline FOR EACH ROW EXECUTE FUNCTION __studio__.billing_line_frozen();

CREATE TRIGGER billing_linetax_frozen BEFORE DELETE OR UPDATE ON __studio__.billing_linetax FOR EACH ROW EXECUTE FUNCTION public.forbid_change();

CREATE CONSTRAINT TRIGGER billing_linetax_sums AFTER INSERT ON __studio__.billing_linetax DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION __studio__.billing_invoice_sums_row();

CREATE TRIGGER billing_payment_grow_only BEFORE DELETE OR UPDATE ON __studio__.billing_payment FOR EACH ROW EXECUTE FUNCTION public.forbid_change();

CREATE TRIGGER billing_payment_keep BEFORE TRUNCATE ON __studio__.billing_payment FOR EACH STATEMENT EXECUTE FUNCTION public.forbid_change();

CREATE CONSTRAINT TRIGGER billing_payment_settled AFTER INSERT ON __studio__.billing_payment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION __studio__.billing_invoice_settled_row();

CREATE CONSTRAINT TRIGGER billing_posting_balances AFTER INSERT ON __studio__.billing_posting DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION __studio__.billing_entry_balances();

CREATE TRIGGER billing_posting_grow_only BEFORE DELETE OR UPDATE ON __studio__.billing_posting FOR EACH ROW EXECUTE FUNCTION public.forbid_change();

CREATE TRIGGER billing_posting_keep BEFORE TRUNCATE ON __studio__.billing_posting FOR EACH STATEMENT EXECUTE FUNCTION public.forbid_change();

CREATE TRIGGER billing_refund_grow_only BEFORE DELETE OR UPDATE ON __studio__.billing_refund FOR EACH ROW EXECUTE FUNCTION public.forbid_change();

CREATE TRIGGER billing_refund_keep BEFORE TRUNCATE ON __studio__.billing_refund FOR EACH STATEMENT EXECUTE FUNCTION public.forbid_change();

CREATE CONSTRAINT TRIGGER billing_refund_settled AFTER INSERT ON __studio__.billing_refund DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION __studio__.billing_invoice_settled_row();

CREATE TRIGGER billing_refund_within BEFORE INSERT ON __studio__.billing_refund FOR EACH ROW EXECUTE FUNCTION __studio__.billing_refund_within();

CREATE TRIGGER studios_auditevent_chain BEFORE INSERT ON __studio__.studios_auditevent FOR EACH ROW EXECUTE FUNCTION public.audit_chain();

CREATE TRIGGER studios_auditevent_grow_only BEFORE DELETE OR UPDATE ON __studio__.studios_auditevent FOR EACH ROW EXECUTE FUNCTION public.forbid_change();

CREATE TRIGGER studios_auditevent_keep BEFORE TRUNCATE ON __studio__.studios_auditevent FOR EACH STATEMENT EXECUTE FUNCTION public.forbid_change();

CREATE TRIGGER trainers_booking_count AFTER INSERT OR DELETE OR UPDATE OF status ON __studio__.trainers_booking FOR EACH ROW EXECUTE FUNCTION __studio__.trainers_booking_count();

CREATE TRIGGER trainers_equipment_fewer AFTER UPDATE OF quantity ON __studio__.studios_equipment FOR EACH ROW WHEN ((new.quantity < old.quantity)) EXECUTE FUNCTION __studio__.trainers_equipment_fewer();

CREATE TRIGGER trainers_exercise_measure BEFORE UPDATE OF measure ON __studio__.trainers_exercise FOR EACH ROW EXECUTE FUNCTION __studio__.trainers_exercise_measure();

CREATE TRIGGER trainers_note_addenda_follow AFTER UPDATE OF visibility, shared_with_client ON __studio__.trainers_note FOR EACH ROW WHEN (((new.addendum_to_id IS NULL) AND ((new.visibility)::text IS DISTINCT FROM (old.visibility)::text))) EXECUTE FUNCTION __studio__.trainers_note_addenda_follow();

CREATE TRIGGER trainers_note_addendum BEFORE INSERT OR UPDATE OF addendum_to_id, client_id, author_id, visibility ON __studio__.trainers_note FOR EACH ROW WHEN ((new.addendum_to_id IS NOT NULL)) EXECUTE FUNCTION __studio__.trainers_note_addendum();

CREATE TRIGGER trainers_note_in_step BEFORE INSERT OR UPDATE ON __studio__.trainers_note FOR EACH ROW EXECUTE FUNCTION __studio__.trainers_note_in_step();

CREATE TRIGGER trainers_note_signed BEFORE DELETE OR UPDATE ON __studio__.trainers_note FOR EACH ROW EXECUTE FUNCTION __studio__.trainers_note_signed();

CREATE TRIGGER trainers_session_busy_insert AFTER INSERT OR DELETE ON __studio__.trainers_session FOR EACH ROW EXECUTE FUNCTION __studio__.trainers_session_busy();

CREATE TRIGGER trainers_session_busy_update AFTER UPDATE OF status, trainer_id, location_id, starts_at, ends_at, held_until, buffer_before_minutes, buffer_after_minutes ON __studio__.trainers_session FOR EACH ROW EXECUTE FUNCTION __studio__.trainers_session_busy();

CREATE TRIGGER trainers_session_equip_delete AFTER DELETE ON __studio__.trainers_session FOR EACH ROW EXECUTE FUNCTION __studio__.trainers_session_unequip();

CREATE TRIGGER trainers_session_equip_insert AFTER INSERT ON __studio__.trainers_session REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION __studio__.trainers_session_equip();

CREATE TRIGGER trainers_session_equip_update AFTER UPDATE OF status, starts_at, ends_at ON __studio__.trainers_session FOR EACH ROW WHEN ((((new.status)::text <> 'cancelled'::text) AND (((old.status)::text = 'cancelled'::text) OR ((old.status)::text = 'held'::text) OR ((new.starts_at IS DISTINCT FROM old.starts_at) OR (new.ends_at IS DISTINCT FROM old.ends_at))))) EXECUTE FUNCTION __studio__.trainers_session_equip_again();

CREATE TRIGGER trainers_session_version BEFORE UPDATE ON __studio__.trainers_session FOR EACH ROW EXECUTE FUNCTION __studio__.trainers_session_version();

CREATE TRIGGER trainers_set_measure BEFORE INSERT OR UPDATE OF measure, entry_id ON __studio__.trainers_exerciseset FOR EACH ROW EXECUTE FUNCTION __studio__.trainers_set_measure();

CREATE TRIGGER trainers_set_version BEFORE UPDATE ON __studio__.trainers_exerciseset FOR EACH ROW EXECUTE FUNCTION __studio__.trainers_set_version();

ALTER TABLE ONLY __studio__.billing_invoice
    ADD CONSTRAINT billing_invoice_client_id_01577a63_fk_clients_client_id FOREIGN KEY (client_id) REFERENCES __studio__.clients_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_invoice
    ADD CONSTRAINT billing_invoice_corrects_id_8155d10c_fk_billing_invoice_id FOREIGN KEY (corrects_id) REFERENCES __studio__.billing_invoice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_invoice
    ADD CONSTRAINT billing_invoice_run_id_2254c136_fk_billing_invoicerun_id FOREIGN KEY (run_id) REFERENCES __studio__.billing_invoicerun(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_invoicedocumentfile
    ADD CONSTRAINT billing_invoicedocum_invoice_id_fdd76369_fk_billing_i FOREIGN KEY (invoice_id) REFERENCES __studio__.billing_invoice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_invoiceline
    ADD CONSTRAINT billing_invoiceline_booking_id_12b44eb4_fk_trainers_booking_id FOREIGN KEY (booking_id) REFERENCES __studio__.trainers_booking(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_invoiceline
    ADD CONSTRAINT billing_invoiceline_credits_line_id_564037c4_fk_billing_i FOREIGN KEY (credits_line_id) REFERENCES __studio__.billing_invoiceline(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_invoiceline
    ADD CONSTRAINT billing_invoiceline_invoice_id_ff507e12_fk_billing_invoice_id FOREIGN KEY (invoice_id) REFERENCES __studio__.billing_invoice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_invoicerun
    ADD CONSTRAINT billing_invoicerun_client_id_908809fb_fk_clients_client_id FOREIGN KEY (client_id) REFERENCES __studio__.clients_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_invoicetax
    ADD CONSTRAINT billing_invoicetax_invoice_id_75d2ac17_fk_billing_invoice_id FOREIGN KEY (invoice_id) REFERENCES __studio__.billing_invoice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_linetax
    ADD CONSTRAINT billing_linetax_line_id_f1507af9_fk_billing_invoiceline_id FOREIGN KEY (line_id) REFERENCES __studio__.billing_invoiceline(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_payment
    ADD CONSTRAINT billing_payment_invoice_id_998dd3c5_fk_billing_invoice_id FOREIGN KEY (invoice_id) REFERENCES __studio__.billing_invoice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_posting
    ADD CONSTRAINT billing_posting_account_id_59544239_fk_billing_account_id FOREIGN KEY (account_id) REFERENCES __studio__.billing_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_posting
    ADD CONSTRAINT billing_posting_entry_id_e7c77e12_fk_billing_entry_id FOREIGN KEY (entry_id) REFERENCES __studio__.billing_entry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.billing_refund
    ADD CONSTRAINT billing_refund_payment_id_51c81a5e_fk_billing_payment_id FOREIGN KEY (payment_id) REFERENCES __studio__.billing_payment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.clients_care
    ADD CONSTRAINT clients_care_client_id_5786a807_fk_clients_client_id FOREIGN KEY (client_id) REFERENCES __studio__.clients_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.clients_care
    ADD CONSTRAINT clients_care_user_id_11bb3b9a_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.clients_client
    ADD CONSTRAINT clients_client_user_id_57c8fc4a_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.studios_equipment
    ADD CONSTRAINT studios_equipment_location_id_77e54f09_fk_studios_location_id FOREIGN KEY (location_id) REFERENCES __studio__.studios_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.studios_room
    ADD CONSTRAINT studios_room_location_id_f5f2161a_fk_studios_location_id FOREIGN KEY (location_id) REFERENCES __studio__.studios_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_availabilityexception
    ADD CONSTRAINT trainers_availabilit_location_id_ba9432e3_fk_studios_l FOREIGN KEY (location_id) REFERENCES __studio__.studios_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_availabilityhours
    ADD CONSTRAINT trainers_availabilit_location_id_f196de01_fk_studios_l FOREIGN KEY (location_id) REFERENCES __studio__.studios_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_availabilityexception
    ADD CONSTRAINT trainers_availabilit_trainer_id_02a328b3_fk_trainers_ FOREIGN KEY (trainer_id) REFERENCES __studio__.trainers_trainerprofile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_availabilityhours
    ADD CONSTRAINT trainers_availabilit_trainer_id_7f8bb1a1_fk_trainers_ FOREIGN KEY (trainer_id) REFERENCES __studio__.trainers_trainerprofile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_booking
    ADD CONSTRAINT trainers_booking_cancelled_by_id_9124941e_fk_accounts_user_id FOREIGN KEY (cancelled_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_booking
    ADD CONSTRAINT trainers_booking_client_id_40e4604a_fk_clients_client_id FOREIGN KEY (client_id) REFERENCES __studio__.clients_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_booking
    ADD CONSTRAINT trainers_booking_session_id_a0869369_fk_trainers_session_id FOREIGN KEY (session_id) REFERENCES __studio__.trainers_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_calendarfeed
    ADD CONSTRAINT trainers_calendarfee_trainer_id_917e6224_fk_trainers_ FOREIGN KEY (trainer_id) REFERENCES __studio__.trainers_trainerprofile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_calendarfeed
    ADD CONSTRAINT trainers_calendarfeed_client_id_a7ffec3d_fk_clients_client_id FOREIGN KEY (client_id) REFERENCES __studio__.clients_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_calendarfeed
    ADD CONSTRAINT trainers_calendarfeed_made_by_id_a82ae35e_fk_accounts_user_id FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_calendarfeed
    ADD CONSTRAINT trainers_calendarfeed_room_id_b65de326_fk_studios_room_id FOREIGN KEY (room_id) REFERENCES __studio__.studios_room(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_exerciseentry
    ADD CONSTRAINT trainers_exerciseent_exercise_id_34b3528c_fk_trainers_ FOREIGN KEY (exercise_id) REFERENCES __studio__.trainers_exercise(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_exerciseentry
    ADD CONSTRAINT trainers_exerciseent_log_id_c661230e_fk_trainers_ FOREIGN KEY (log_id) REFERENCES __studio__.trainers_exerciselog(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_exerciseentry
    ADD CONSTRAINT trainers_exerciseentry_client_id_59f04f9c_fk_clients_client_id FOREIGN KEY (client_id) REFERENCES __studio__.clients_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_exerciselog
    ADD CONSTRAINT trainers_exerciselog_session_id_9e2cfbf7_fk_trainers_session_id FOREIGN KEY (session_id) REFERENCES __studio__.trainers_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_exerciseset
    ADD CONSTRAINT trainers_exerciseset_author_id_52e7f51d_fk_accounts_user_id FOREIGN KEY (author_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_exerciseset
    ADD CONSTRAINT trainers_exerciseset_entry_id_cc62f412_fk_trainers_ FOREIGN KEY (entry_id) REFERENCES __studio__.trainers_exerciseentry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_import
    ADD CONSTRAINT trainers_import_asked_by_id_35c657cc_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_import
    ADD CONSTRAINT trainers_import_started_by_id_494b714a_fk_accounts_user_id FOREIGN KEY (started_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_import
    ADD CONSTRAINT trainers_import_undone_by_id_25360564_fk_accounts_user_id FOREIGN KEY (undone_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_importmade
    ADD CONSTRAINT trainers_importmade_batch_id_d3154a3d_fk_trainers_import_id FOREIGN KEY (batch_id) REFERENCES __studio__.trainers_import(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_importpart
    ADD CONSTRAINT trainers_importpart_batch_id_95e56202_fk_trainers_import_id FOREIGN KEY (batch_id) REFERENCES __studio__.trainers_import(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_importrow
    ADD CONSTRAINT trainers_importrow_batch_id_5e3ee27e_fk_trainers_import_id FOREIGN KEY (batch_id) REFERENCES __studio__.trainers_import(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_note
    ADD CONSTRAINT trainers_note_addendum_to_id_55749145_fk_trainers_note_id FOREIGN KEY (addendum_to_id) REFERENCES __studio__.trainers_note(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_note
    ADD CONSTRAINT trainers_note_author_id_b3840493_fk_accounts_user_id FOREIGN KEY (author_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_note
    ADD CONSTRAINT trainers_note_client_id_20f6216d_fk_clients_client_id FOREIGN KEY (client_id) REFERENCES __studio__.clients_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_note
    ADD CONSTRAINT trainers_note_session_id_14600b58_fk_trainers_session_id FOREIGN KEY (session_id) REFERENCES __studio__.trainers_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_note
    ADD CONSTRAINT trainers_note_template_id_b595d11a_fk_trainers_notetemplate_id FOREIGN KEY (template_id) REFERENCES __studio__.trainers_notetemplate(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_series_clients
    ADD CONSTRAINT trainers_series_clie_series_id_a2c99952_fk_trainers_ FOREIGN KEY (series_id) REFERENCES __studio__.trainers_series(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_series_clients
    ADD CONSTRAINT trainers_series_clients_client_id_18ec0411_fk_clients_client_id FOREIGN KEY (client_id) REFERENCES __studio__.clients_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_series
    ADD CONSTRAINT trainers_series_follows_id_09fa9e11_fk_trainers_series_id FOREIGN KEY (follows_id) REFERENCES __studio__.trainers_series(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_series
    ADD CONSTRAINT trainers_series_location_id_3c9cb38d_fk_studios_location_id FOREIGN KEY (location_id) REFERENCES __studio__.studios_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_series
    ADD CONSTRAINT trainers_series_room_id_88b1b01b_fk_studios_room_id FOREIGN KEY (room_id) REFERENCES __studio__.studios_room(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_series
    ADD CONSTRAINT trainers_series_service_id_97b03c07_fk_trainers_service_id FOREIGN KEY (service_id) REFERENCES __studio__.trainers_service(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_series
    ADD CONSTRAINT trainers_series_trainer_id_ec637648_fk_trainers_ FOREIGN KEY (trainer_id) REFERENCES __studio__.trainers_trainerprofile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_seriesskip
    ADD CONSTRAINT trainers_seriesskip_series_id_6dfa29c6_fk_trainers_series_id FOREIGN KEY (series_id) REFERENCES __studio__.trainers_series(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_service_rooms
    ADD CONSTRAINT trainers_service_roo_service_id_901d43bf_fk_trainers_ FOREIGN KEY (service_id) REFERENCES __studio__.trainers_service(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_service_rooms
    ADD CONSTRAINT trainers_service_rooms_room_id_a5b92480_fk_studios_room_id FOREIGN KEY (room_id) REFERENCES __studio__.studios_room(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_service_trainers
    ADD CONSTRAINT trainers_service_tra_service_id_fbcb9f37_fk_trainers_ FOREIGN KEY (service_id) REFERENCES __studio__.trainers_service(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_service_trainers
    ADD CONSTRAINT trainers_service_tra_trainerprofile_id_788e5643_fk_trainers_ FOREIGN KEY (trainerprofile_id) REFERENCES __studio__.trainers_trainerprofile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_serviceequipment
    ADD CONSTRAINT trainers_serviceequi_equipment_id_2c26fecc_fk_studios_e FOREIGN KEY (equipment_id) REFERENCES __studio__.studios_equipment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_serviceequipment
    ADD CONSTRAINT trainers_serviceequi_service_id_c68ef00b_fk_trainers_ FOREIGN KEY (service_id) REFERENCES __studio__.trainers_service(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_session
    ADD CONSTRAINT trainers_session_cancelled_by_id_62b2a4b6_fk_accounts_user_id FOREIGN KEY (cancelled_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_session
    ADD CONSTRAINT trainers_session_location_id_cc236d68_fk_studios_location_id FOREIGN KEY (location_id) REFERENCES __studio__.studios_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_session
    ADD CONSTRAINT trainers_session_room_id_cee8045c_fk_studios_room_id FOREIGN KEY (room_id) REFERENCES __studio__.studios_room(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_session
    ADD CONSTRAINT trainers_session_series_id_cdbf0033_fk_trainers_series_id FOREIGN KEY (series_id) REFERENCES __studio__.trainers_series(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_session
    ADD CONSTRAINT trainers_session_service_id_4afb52dc_fk_trainers_service_id FOREIGN KEY (service_id) REFERENCES __studio__.trainers_service(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_session
    ADD CONSTRAINT trainers_session_trainer_id_eba3a273_fk_trainers_ FOREIGN KEY (trainer_id) REFERENCES __studio__.trainers_trainerprofile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_sessionequipment
    ADD CONSTRAINT trainers_sessionequi_equipment_id_7dbaecb0_fk_studios_e FOREIGN KEY (equipment_id) REFERENCES __studio__.studios_equipment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_sessionequipment
    ADD CONSTRAINT trainers_sessionequi_session_id_46af7559_fk_trainers_ FOREIGN KEY (session_id) REFERENCES __studio__.trainers_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_trainerprofile
    ADD CONSTRAINT trainers_trainerprof_lead_id_432ae72e_fk_trainers_ FOREIGN KEY (lead_id) REFERENCES __studio__.trainers_trainerprofile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_trainerprofile
    ADD CONSTRAINT trainers_trainerprofile_user_id_1640493a_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_traveltime
    ADD CONSTRAINT trainers_traveltime_first_id_274c50d5_fk_studios_location_id FOREIGN KEY (first_id) REFERENCES __studio__.studios_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_traveltime
    ADD CONSTRAINT trainers_traveltime_second_id_6ae6f03a_fk_studios_location_id FOREIGN KEY (second_id) REFERENCES __studio__.studios_location(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY __studio__.trainers_waitlistoffer
    ADD CONSTRAINT trainers_waitlistoff_booking_id_a9e29b0f_fk_trainers_ FOREIGN KEY (booking_id) REFERENCES __studio__.trainers_booking(id) DEFERRABLE INITIALLY DEFERRED;

INSERT INTO __studio__.django_migrations (app, name, applied) VALUES
    ('account', '0001_initial', now()),
    ('account', '0002_email_max_length', now()),
    ('account', '0003_alter_emailaddress_create_unique_verified_email', now()),
    ('account', '0004_alter_emailaddress_drop_unique_email', now()),
    ('account', '0005_emailaddress_idx_upper_email', now()),
    ('account', '0006_emailaddress_lower', now()),
    ('account', '0007_emailaddress_idx_email', now()),
    ('account', '0008_emailaddress_unique_primary_email_fixup', now()),
    ('account', '0009_emailaddress_unique_primary_email', now()),
    ('accounts', '0001_initial', now()),
    ('admin', '0001_initial', now()),
    ('admin', '0002_logentry_remove_auto_add', now()),
    ('admin', '0003_logentry_add_action_flag_choices', now()),
    ('auth', '0001_initial', now()),
    ('auth', '0002_alter_permission_name_max_length', now()),
    ('auth', '0003_alter_user_email_max_length', now()),
    ('auth', '0004_alter_user_username_opts', now()),
    ('auth', '0005_alter_user_last_login_null', now()),
    ('auth', '0006_require_contenttypes_0002', now()),
    ('auth', '0007_alter_validators_add_error_messages', now()),
    ('auth', '0008_alter_user_username_max_length', now()),
    ('auth', '0009_alter_user_last_name_max_length', now()),
    ('auth', '0010_alter_group_name_max_length', now()),
    ('auth', '0011_update_proxy_permissions', now()),
    ('auth', '0012_alter_user_first_name_max_length', now()),
    ('billing', '0001_initial', now()),
    ('billing', '0002_money_rules', now()),
    ('clients', '0001_initial', now()),
    ('clients', '0002_search_by_email_and_phone', now()),
    ('clients', '0003_care_kept_and_team_reading', now()),
    ('clients', '0004_client_timezone', now()),
    ('contenttypes', '0001_initial', now()),
    ('contenttypes', '0002_remove_content_type_name', now()),
    ('core', '0001_initial', now()),
    ('core', '0002_trails_and_rules', now()),
    ('core', '0003_row_security', now()),
    ('django_celery_beat', '0001_initial', now()),
    ('django_celery_beat', '0002_auto_20161118_0346', now()),
    ('django_celery_beat', '0003_auto_20161209_0049', now()),
    ('django_celery_beat', '0004_auto_20170221_0000', now()),
    ('django_celery_beat', '0005_add_solarschedule_events_choices', now()),
    ('django_celery_beat', '0006_auto_20180210_1226', now()),
    ('django_celery_beat', '0006_auto_20180322_0932', now()),
    ('django_celery_beat', '0006_periodictask_priority', now()),
    ('django_celery_beat', '0007_auto_20180521_0826', now()),
    ('django_celery_beat', '0008_auto_20180914_1922', now()),
    ('django_celery_beat', '0009_periodictask_headers', now()),
    ('django_celery_beat', '0010_auto_20190429_0326', now()),
    ('django_celery_beat', '0011_auto_20190508_0153', now()),
    ('django_celery_beat', '0012_periodictask_expire_seconds', now()),
    ('django_celery_beat', '0013_auto_20200609_0727', now()),
    ('django_celery_beat', '0014_remove_clockedschedule_enabled', now()),
    ('django_celery_beat', '0015_edit_solarschedule_events_choices', now()),
    ('django_celery_beat', '0016_alter_crontabschedule_timezone', now()),
    ('django_celery_beat', '0017_alter_crontabschedule_month_of_year', now()),
    ('django_celery_beat', '0018_improve_crontab_helptext', now()),
    ('django_celery_beat', '0019_alter_periodictasks_options', now()),
    ('mfa', '0001_initial', now()),
    ('mfa', '0002_authenticator_timestamps', now()),
    ('mfa', '0003_authenticator_type_uniq', now()),
    ('notifications', '0001_initial', now()),
    ('otp_static', '0001_initial', now()),
    ('otp_static', '0002_throttling', now()),
    ('otp_static', '0003_add_timestamps', now()),
    ('otp_totp', '0001_initial', now()),
    ('otp_totp', '0002_auto_20190420_0723', now()),
    ('otp_totp', '0003_add_timestamps', now()),
    ('sessions', '0001_initial', now()),
    ('studios', '0001_initial', now()),
    ('studios', '0002_audit_chain', now()),
    ('studios', '0003_holidays_of_locations', now()),
    ('studios', '0004_equipment', now()),
    ('studios_shared', '0001_initial', now()),
    ('studios_shared', '0002_row_security', now()),
    ('studios_shared', '0003_members_keep_an_owner', now()),
    ('tenancy', '0001_studio_role', now()),
    ('trainers', '0001_initial', now()),
    ('trainers', '0002_timetable_rules', now()),
    ('trainers', '0003_availability_series_waitlist_feeds', now()),
    ('trainers', '0004_holds_and_places', now()),
    ('trainers', '0005_settle_fees_and_waiting', now()),
    ('trainers', '0006_note_templates_and_visibility', now()),
    ('trainers', '0007_imports', now()),
    ('trainers', '0008_equipment', now()),
    ('trainers', '0009_equipment_rules', now()),
    ('trainers', '0010_tell_of_imports', now()),
    ('trainers', '0011_exercise_log', now()),
    ('trainers', '0012_exercise_log_rules', now()),
    ('trainers', '0013_who_asked_and_what_was_seen', now()),
    ('trainers', '0014_days_of_hours', now()),
    ('trainers', '0015_when_equipment_is_short', now()),
    ('trainers_shared', '0001_initial', now()),
    ('trainers_shared', '0002_row_security', now()),
    ('trainers_shared', '0003_feeds_travel_external', now()),
    ('trainers_shared', '0004_spans_holds_external', now()),
    ('trainers_shared', '0005_pause_external_calendars', now()),
    ('trainers_shared', '0006_spans_planned_once', now()),
    ('trainers_shared', '0007_find_holds', now());
