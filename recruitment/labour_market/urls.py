from django.urls import path

from recruitment.labour_market import views

app_name = "labour_market"
urlpatterns = [
    path("shortages/", views.overview, name="shortages"),
    path("shortages/openings/", views.openings, name="openings"),
    path("shortages/on-the-way/", views.on_the_way, name="pipeline"),
    path("shortages/refused/", views.refused, name="refused"),
    path("shortages/ready/", views.ready, name="candidates"),
    path("shortages/no-applications/", views.no_applications, name="no_applications"),
]
