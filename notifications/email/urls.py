from __future__ import annotations

from django.urls import path

from notifications.email import views

urlpatterns = [
    path("dev/mail/", views.mail_list, name="devmail"),
    path("dev/mail/<slug:name>/", views.mail_message, name="devmail_message"),
    path("dev/mail/<slug:name>/html", views.mail_html, name="devmail_html"),
    path("dev/mail/<slug:name>/attachments/<int:number>", views.mail_attachment, name="devmail_attachment"),
]
