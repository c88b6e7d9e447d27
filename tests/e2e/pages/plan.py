"""Which test looks at which page. A URL that is neither here nor said to be no page fails the suite.

Names of both hosts; a name that means the same page on both is looked at on one. `*` stands for anything.
"""

from __future__ import annotations

LOOKED_AT: dict[str, str] = {
    "test_the_public_pages_and_the_way_in": """
        offline landing account_login account_signup account_inactive account_reset_password_done
        account_reset_password_from_key_done api_docs""",
    "test_a_forgotten_password": "account_reset_password account_reset_password_from_key",
    "test_figures_and_calendar": "today reports calendar delivery_list",
    "test_clients": "client_list client_detail client_new client_edit",
    "test_money": """
        invoice_list invoice_detail invoicing billing_settings price_list service_new service_edit""",
    "test_an_invoice_run": "invoice_run",
    "test_moving_in": "import_list import_new import_columns import_detail",
    "test_moving_in_with_a_timetable": "import_values",
    "test_team_and_studio": """
        team team_member roles studio_settings location_add location_edit room_add room_edit""",
    "test_equipment": "equipment_add equipment_edit",
    "test_her_own_calendar_over_all_studios": "my_studios my_calendar my_calendar_print my_book",
    "test_the_calendar_side_by_side_and_on_paper": "calendar_print",
    "test_calendars_elsewhere": "elsewhere feeds",
    "test_hours_and_free_times": "availability season_new exception_new exception_edit slots travel my_travel",
    "test_series": "series_list series_new series_detail session_change_series session_cancel_series",
    "test_booking_and_moving": "session_new session_move",
    "test_notes": "notes_to_sign note_change client_notes note_new",
    "test_templates_of_notes": "note_templates note_template_new note_template_edit",
    "test_the_board_of_a_session": "session_detail session_screen",
    "test_the_library_of_exercises": "exercise_list exercise_edit",
    "test_the_portal": """
        portal_home portal_sessions portal_invoices portal_invoice portal_notes portal_profile""",
    "test_the_links_of_a_clients_messages": "client_cancel client_offer",
    "test_a_studio_without_anything_in_it_and_those_invited_to_it": """
        account_email_verification_sent open_studio invitation""",
    "test_how_she_signs_in": """
        account_security account_email account_change_password account_keys account_reauthenticate account_logout
        mfa_index mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes
        mfa_reauthenticate mfa_authenticate""",
    "test_the_admin": """
        admin:login admin:sign_in_code admin:index admin:app_list admin:recovery_codes admin:studios_shared_studio_add
        admin:*_changelist admin:*_change admin:accounts_user_suspend admin:accounts_user_make_staff
        admin:studios_shared_studio_suspend admin:studios_shared_organization_rename
        admin:studios_shared_invitation_resend admin:studios_shared_invitation_revoke
        admin:django_celery_beat_periodictask_run admin:django_celery_beat_periodictask_switch_off""",
    "test_staff_without_an_app": "admin:sign_in_set_up",
}

# What answers no page of its own, and why.
NO_PAGE: dict[str, str] = {
    "api_[!d]*": "JSON",
    "live_events": "JSON",
    "service_worker": "a script",
    "*calendar_events": "JSON",
    "studio_address": "JSON",
    "client_search": "JSON",
    "today_sessions": "a part of `today`",
    "invoice_run_progress": "a part of `invoice_run`",
    "import_progress": "a part of `import_detail`",
    "*_ics": "a file",
    "*_pdf": "a file",
    "*_csv": "a file",
    "*_zip": "a file",
    "calendar_feed": "a file",
    "personal_feed": "a file",
    "personal_feed_*": "only posted to, from `elsewhere`",
    "external_*": "only posted to, from `elsewhere`",
    "mfa_download_recovery_codes": "a file",
    "studio_home": "leads on to the portal of who asks",
    "home": "leads on to the only studio, to the list, or to the admin",
    "sign_in": "leads on to `account_login`",
    "account_name": "only posted to, from `account_security`",
    "account_key_*": "only posted to, from `account_keys`",
    "invitation_accept": "only posted to, from `invitation`",
    "invitation_claim": "only posted to, from `invitation`",
    "account_set_password": "leads on: everybody here has a password",
    "account_confirm_login_code": "leads on: signing in by a mailed code is off",
    "admin:*_add": "refused: nobody adds rows by hand",
    "admin:*_delete": "refused: nobody deletes rows by hand",
    "admin:*_history": "leads on to the platform's trail",
    "admin:password_change*": "leads on to the account",
    "admin:logout": "leads out",
    "admin:view_on_site": "leads on to what it is about",
    "admin:studios_shared_studio_open_studio": "leads on to `add`",
    "admin:studios_shared_studio_visit": "leads on to the studio",
    "admin:*_verify": "checks the trail and leads back to it",
    "admin:search": "a part of the admin's pages",
    "admin:autocomplete": "JSON",
    "admin:jsi18n": "a script",
    # Asked like `suspend` and `switch_off`, of rows in a state that the demo world has none of.
    "admin:*_reactivate": "the same question page as `suspend`",
    "admin:*_dismiss": "the same question page as `suspend`",
    "admin:*_reset_factor": "the same question page as `suspend`",
    "admin:*_switch_on": "the same question page as `switch_off`",
    "admin:*_retry": "the same question page as `run`",
}
