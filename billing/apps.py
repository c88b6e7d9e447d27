from django.apps import AppConfig

from fitflow.core.navigation import NavItem, register

BILLERS = frozenset({"owner", "manager"})


class BillingConfig(AppConfig):
    name = "billing"
    label = "billing"

    def ready(self) -> None:
        from billing.tax import category_codes
        from trainers.services import tell_tax_categories

        tell_tax_categories(category_codes)
        register(
            "studio",
            NavItem("Invoices", "receipt", "invoice_list", BILLERS | {"trainer_admin"}, order=40),
            NavItem("Prices", "ticket-perforated", "price_list", BILLERS, order=60),
        )
