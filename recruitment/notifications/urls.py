from django.urls import path

from recruitment.notifications import views

app_name = "notifications"
urlpatterns = [path("messages/", views.own, name="list")]
