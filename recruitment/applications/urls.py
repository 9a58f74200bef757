from django.urls import path

from recruitment.applications import recruiter_views, worker_views

app_name = "applications"
urlpatterns = [
    path("jobs/<int:pk>/apply/", worker_views.apply_page, name="apply"),
    path("my/applications/", worker_views.own, name="own"),
    path("applications/<int:pk>/", worker_views.application_page, name="application"),
    path("applications/<int:pk>/agree/", worker_views.agree_to_offer, name="agree"),
    path("openings/<int:pk>/applications/", recruiter_views.of_opening, name="of_opening"),
    path("openings/<int:pk>/invite/", recruiter_views.invite_people, name="invite"),
    path("openings/<int:pk>/close/", recruiter_views.close_opening, name="close_opening"),
    path("applicants/<int:pk>/", recruiter_views.applicant, name="applicant"),
    path("applicants/<int:pk>/shortlist/", recruiter_views.shortlist_applicant, name="shortlist"),
    path("applicants/<int:pk>/offer/", recruiter_views.offer_to_applicant, name="offer"),
    path("applicants/<int:pk>/refuse/", recruiter_views.refuse_applicant, name="refuse"),
]
