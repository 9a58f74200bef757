from django.urls import path

from recruitment.privacy import views

app_name = "privacy"
urlpatterns = [
    path("my/data/", views.own_data, name="own"),
    path("my/data/copy/", views.export, name="export"),
    path("my/data/print/", views.print_out, name="print"),
    path("my/data/erase/", views.erase, name="erase"),
]
