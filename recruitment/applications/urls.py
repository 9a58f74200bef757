from django.urls import path

from recruitment.applications import worker_views

app_name = "applications"
urlpatterns = [
    path("jobs/<int:pk>/apply/", worker_views.apply_page, name="apply"),
    path("my/applications/", worker_views.own, name="own"),
    path("applications/<int:pk>/", worker_views.application_page, name="application"),
    path("applications/<int:pk>/agree/", worker_views.agree_to_offer, name="agree"),
]
