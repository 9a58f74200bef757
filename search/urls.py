from django.urls import path

from search import alert_views, api, candidate_views, recommendation_views, replacement_views, views

app_name = "search"
urlpatterns = [
    path("api/v1/openings/", api.OpeningsView.as_view(), name="api_openings"),
    path("api/v1/candidates/", api.CandidatesView.as_view(), name="api_candidates"),
    path("", views.openings, name="openings"),
    path("suggestions/", views.suggested, name="suggestions"),
    path("jobs/<int:pk>/", views.opening, name="opening"),
    path("openings/<int:pk>/candidates/", candidate_views.candidates, name="candidates"),
    path("openings/<int:pk>/candidates/watch/", alert_views.watch_candidates, name="watch_candidates"),
    path("openings/<int:pk>/matching-count/", candidate_views.matching_count, name="matching_count"),
    path("outbreaks/<int:pk>/replacements/", replacement_views.replacements, name="replacements"),
    path("my/recommendations/", recommendation_views.recommended, name="recommended"),
    path("my/searches/", alert_views.my_searches, name="my_searches"),
    path("my/searches/save/", alert_views.save_search, name="save_search"),
    path("my/searches/<int:pk>/", alert_views.news, name="news"),
    path("my/searches/<int:pk>/stop/", alert_views.stop_search, name="stop_search"),
    path("alerts/stop/<str:token>/", alert_views.stop_alerts, name="stop_alerts"),
    path("shortages/neglected/", recommendation_views.neglected, name="neglected"),
]
