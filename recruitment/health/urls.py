from django.urls import path

from recruitment.health import views

app_name = "health"
urlpatterns = [
    path("my/health/", views.own, name="own"),
    path("my/health/add/<slug:kind>/", views.add, name="add"),
    path("my/health/<int:pk>/remove/", views.remove, name="remove"),
]
