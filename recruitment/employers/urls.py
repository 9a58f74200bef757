from django.urls import path

from recruitment.employers import views

app_name = "employers"
urlpatterns = [
    path("enterprises/register/", views.register, name="register"),
    path("enterprises/waiting/", views.approvals, name="approvals"),
    path("enterprises/<int:pk>/approve/", views.approve, name="approve"),
    path("enterprises/<int:pk>/resubmit/", views.resubmit, name="resubmit"),
    path("enterprises/<int:pk>/refuse/", views.refuse, name="refuse"),
]
