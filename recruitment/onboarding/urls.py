from django.urls import path

from recruitment.onboarding import worker_views

app_name = "onboarding"
urlpatterns = [
    path("applications/<int:pk>/withdraw/", worker_views.withdraw_page, name="withdraw"),
]
