"""What Django answers with an empty page, said to people."""

from django.shortcuts import render


class WrongMethodPage:
    """An address that only a button opens, asked for as a page (an old link, "back" after signing in): a page that says so."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page
