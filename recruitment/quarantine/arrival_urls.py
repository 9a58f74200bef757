"""The day at a site, and the pages of the person who stays there."""

from django.urls import path

from recruitment.quarantine import arrival_views, incident_views, paper_views, result_views, stay_views

urlpatterns = [
    path("arrivals/", arrival_views.own_arrivals, name="own_arrivals"),
    path("sites/<int:pk>/arrivals/", arrival_views.arrivals, name="arrivals"),
    path("sites/<int:pk>/arrivals/print/", arrival_views.codes, name="codes"),
    path("arrive/<str:code>/", arrival_views.arrive, name="arrive"),
    path("stays/<int:pk>/undo/", arrival_views.undo, name="undo"),
    path("sites/<int:pk>/tests/", result_views.tests, name="tests"),
    path("sites/<int:pk>/watch/", result_views.watch, name="watch"),
    path("incidents/", incident_views.incidents, name="incidents"),
    path("incidents/<int:pk>/", incident_views.incident, name="incident"),
    path("incidents/<int:pk>/contacts/", incident_views.confirm, name="incident_contacts"),
    path("incidents/<int:pk>/lock/", incident_views.lock, name="incident_lock"),
    path("incidents/<int:pk>/move/", incident_views.move, name="incident_move"),
    path("incidents/<int:pk>/close/", incident_views.close, name="incident_close"),
    path("stays/<int:stay_pk>/case/", incident_views.declare, name="declare_site_case"),
    path("reports/<int:pk>/answer/", result_views.answer, name="answer_report"),
    path("stays/papers/<int:pk>/", paper_views.paper, name="paper"),
    path("stays/papers/<int:pk>/revoke/", paper_views.revoke, name="revoke_paper"),
    path("papers/<str:code>/", paper_views.check, name="check_paper"),
    path("my/stay/", stay_views.own, name="own_stay"),
    path("my/stay/report/", stay_views.report, name="report_symptoms"),
    path("capacity/no-shows/", arrival_views.no_shows, name="no_shows"),
]
