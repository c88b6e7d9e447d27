from django.apps import AppConfig

from fitflow.core.navigation import NavItem, register

BILLERS = frozenset({"owner", "manager"})


class BillingConfig(AppConfig):
    name = "billing"
    label = "billing"

    def ready(self) -> None:
        register(
            "studio",
            NavItem("Invoices", "receipt", "invoice_list", BILLERS | {"trainer_admin"}, order=40),
            NavItem("Prices", "ticket-perforated", "price_list", BILLERS, order=60),
        )
