"""Vaccines by the names people know, the doses of a basic course by each maker's label, and the product codes of certificates."""

USUAL_COURSE = 2
VACCINES = ["AstraZeneca", "Pfizer", "Moderna", "Vero Cell", "Sputnik V", "Abdala", "Janssen"]  # used in Vietnam, offered on the form
COURSES = {"Abdala": 3, "Janssen": 1, "Sputnik Light": 1, "Convidecia": 1}  # every other vaccine in use takes 2

PRODUCTS = {  # the EU value set "vaccine medicinal product", which QĐ 5772/QĐ-BYT takes over
    "EU/1/20/1528": "Pfizer",
    "EU/1/20/1507": "Moderna",
    "EU/1/21/1529": "AstraZeneca",
    "Covishield": "AstraZeneca",
    "R-COVI": "AstraZeneca",
    "EU/1/20/1525": "Janssen",
    "EU/1/21/1618": "Nuvaxovid",
    "NVX-CoV2373": "Nuvaxovid",
    "Covovax": "Nuvaxovid",
    "EU/1/21/1624": "Valneva",
    "VLA2001": "Valneva",
    "BBIBP-CorV": "Vero Cell",
    "Inactivated-SARS-CoV-2-Vero-Cell": "Vero Cell",
    "Hayat-Vax": "Vero Cell",
    "CoronaVac": "CoronaVac",
    "Covaxin": "Covaxin",
    "Sputnik-V": "Sputnik V",
    "Sputnik-Light": "Sputnik Light",
    "Convidecia": "Convidecia",
    "Abdala": "Abdala",
}


def completes_course(vaccine: str, number: int) -> bool:
    """Whether dose `number` ends the basic course, or comes after it."""
    return number >= COURSES.get(vaccine, USUAL_COURSE)
