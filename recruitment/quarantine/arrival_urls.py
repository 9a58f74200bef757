"""The day at a site, and the pages of the person who stays there."""

from django.urls import path

from recruitment.quarantine import arrival_views, stay_views

urlpatterns = [
    path("arrivals/", arrival_views.own_arrivals, name="own_arrivals"),
    path("sites/<int:pk>/arrivals/", arrival_views.arrivals, name="arrivals"),
    path("sites/<int:pk>/arrivals/print/", arrival_views.codes, name="codes"),
    path("arrive/<str:code>/", arrival_views.arrive, name="arrive"),
    path("stays/<int:pk>/undo/", arrival_views.undo, name="undo"),
    path("my/stay/", stay_views.own, name="own_stay"),
    path("capacity/no-shows/", arrival_views.no_shows, name="no_shows"),
]
