"""From arrival to the first shift."""

from django.urls import path

from recruitment.onboarding import home_test_views, start_views

urlpatterns = [
    path("receive/", start_views.today, name="today"),
    path("receive/<str:code>/", start_views.receive, name="receive"),
    path("applicants/<int:pk>/check-in/", start_views.check_in_page, name="check_in"),
    path("applicants/<int:pk>/first-shift/", start_views.confirm, name="first_shift"),
    path("applicants/<int:pk>/no-show/", start_views.no_show, name="no_show"),
    path("applicants/<int:pk>/came/", start_views.came, name="came"),
    path("my/start/", start_views.own, name="own_start"),
    path("my/start/started/", start_views.started, name="say_started"),
    path("my/start/checks/<int:pk>/", start_views.answer, name="answer_check"),
    path("home-tests/", home_test_views.home_tests, name="home_tests"),
    path("home-tests/<int:pk>/declare/", home_test_views.declare, name="declare_home_case"),
]
