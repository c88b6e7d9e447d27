from django.apps import AppConfig

from fitflow.core.navigation import NavItem, register

STAFF = frozenset({"owner", "manager", "trainer_admin", "trainer"})


class ClientsConfig(AppConfig):
    name = "clients"
    label = "clients"

    def ready(self) -> None:
        # For who works here and trains here as well: the way to her own sessions.
        hers = NavItem("My own sessions", "house-heart", "portal_home", frozenset({"client"}), False, 900)
        register("studio", NavItem("Clients", "people", "client_list", order=30), hers)
        register("trainer", NavItem("My clients", "people", "client_list", order=30, short="Clients"), hers)
        register(
            "client",
            NavItem("Home", "house", "portal_home", order=10),
            NavItem("Sessions", "calendar-week", "portal_sessions", order=20),
            NavItem("Invoices", "receipt", "portal_invoices", order=30),
            NavItem("Notes", "journal-text", "portal_notes", order=40),
            NavItem("My details", "person", "portal_profile", order=50),
            NavItem("Back to work", "briefcase", "studio_home", STAFF, False, order=900),
        )
