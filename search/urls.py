from django.urls import path

from search import views

app_name = "search"
urlpatterns = [
    path("", views.openings, name="openings"),
    path("suggestions/", views.suggested, name="suggestions"),
    path("jobs/<int:pk>/", views.opening, name="opening"),
    path("openings/<int:pk>/candidates/", views.candidates, name="candidates"),
    path("openings/<int:pk>/matching-count/", views.matching_count, name="matching_count"),
]
