from django.apps import AppConfig

from fitflow.core.navigation import NavItem, register


class TrainersConfig(AppConfig):
    name = "trainers"
    label = "trainers"

    def ready(self) -> None:
        from studios.policies import tell_teams
        from studios.shared.glances import register as show_at_a_glance
        from trainers import live  # noqa: F401

        writers = frozenset({"trainer", "trainer_admin"})
        notes = NavItem("Notes to sign", "journal-text", "notes_to_sign", writers, order=40, short="Notes")
        register("my", NavItem("My calendar", "calendar-week", "my_calendar", order=10, short="Calendar"))
        register("studio", NavItem("Calendar", "calendar-week", "calendar", order=20), notes)
        register("trainer", NavItem("Calendar", "calendar-week", "calendar", order=20), notes)
        hours = NavItem("Availability", "clock", "availability", phone=False, order=25)
        templates = NavItem(
            "Note templates",
            "journals",
            "note_templates",
            frozenset({"owner", "manager"}),
            phone=False,
            order=65,
        )
        register("studio", templates)
        series = NavItem("Series", "arrow-repeat", "series_list", phone=False, order=22)
        register("studio", hours, series)
        register("trainer", hours, series)
        library = NavItem("Exercises", "clipboard2-pulse", "exercise_list", phone=False, order=65)
        register("studio", library)
        register("trainer", library)
        register("my", NavItem("Travel times", "signpost-split", "my_travel", phone=False, order=30))
        from clients.policies import tell_bookings
        from trainers.glances import sessions_today
        from trainers.policies import standing_bookings, team_of

        show_at_a_glance(sessions_today)
        tell_teams(team_of)
        tell_bookings(standing_bookings)
