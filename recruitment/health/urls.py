from django.urls import path

from recruitment.health import certificate_views, trust_views, views

app_name = "health"
urlpatterns = [
    path("my/health/", views.own, name="own"),
    path("my/health/add/<slug:kind>/", views.add, name="add"),
    path("my/health/certificate/", certificate_views.send, name="certificate"),
    path("my/health/certificate/record/", certificate_views.record, name="record_certificate"),
    path("my/health/<int:pk>/remove/", views.remove, name="remove"),
    path("health/keys/", trust_views.keys, name="keys"),
    path("health/keys/new/", trust_views.add_keys, name="add_keys"),
    path("health/keys/<int:pk>/withdraw/", trust_views.withdraw, name="withdraw_key"),
    path("health/revoked/", trust_views.revoked, name="revoked"),
    path("health/revoked/<int:pk>/restore/", trust_views.restore, name="restore_certificate"),
]
