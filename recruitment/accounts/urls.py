from django.urls import include, path

from recruitment.accounts import views

accounts = [
    path("demo/", views.demo, name="demo"),
    path("demo/sign-in/", views.demo_sign_in, name="demo_sign_in"),
]
urlpatterns = [
    path("home/", views.home, name="home"),
    path("language/", views.change_language, name="set_language"),
    path("", include((accounts, "accounts"))),
]
