app_name = "labour_market"
urlpatterns: list = []
