"""Who met a case at work."""

from hypothesis import given
from hypothesis import strategies as st

from recruitment.quarantine.tracing import F1, F2, Contact, Post, trace

CASE = Post(1, workshop=1, line=11, team="A", room="P1", shuttle="T1")


def found(*others):
    return {contact.person: (contact.kind, contact.met) for contact in trace({1}, [CASE, *others])}


def test_team_room_and_bus_of_the_case_are_close_contacts_and_every_way_is_named():
    assert found(
        Post(2, workshop=1, line=11, team="A", room="P1"),
        Post(3, workshop=2, line=21, team="A", room="P1"),
        Post(4, workshop=2, line=21, team="A", shuttle="T1"),
    ) == {2: (F1, ("line", "room")), 3: (F1, ("room",)), 4: (F1, ("shuttle",))}


def test_another_team_of_the_same_line_and_the_same_bus_at_another_shift_did_not_meet():
    assert found(Post(2, workshop=1, line=11, team="B"), Post(3, workshop=2, line=21, team="B", shuttle="T1")) == {}


def test_room_mates_of_contacts_and_the_workshops_team_are_second_contacts():
    assert found(
        Post(2, workshop=1, line=11, team="A", room="P2"),
        Post(3, workshop=3, line=31, team="B", room="P2"),
        Post(4, workshop=1, line=12, team="A"),
        Post(5, workshop=1, line=12, team="B"),
    ) == {2: (F1, ("line",)), 3: (F2, ("room",)), 4: (F2, ("workshop",))}


def test_what_is_not_known_connects_nobody():
    assert trace({1}, [Post(1), Post(2)]) == []


posts = st.lists(
    st.builds(
        Post,
        person=st.integers(1, 12),
        workshop=st.sampled_from([None, 1, 2]),
        line=st.sampled_from([None, 11, 12, 21]),
        team=st.sampled_from(["", "A", "B"]),
        room=st.sampled_from(["", "P1", "P2"]),
        shuttle=st.sampled_from(["", "T1"]),
    ),
    unique_by=lambda post: post.person,
)


@given(everybody=posts, cases=st.sets(st.integers(1, 12)), more=st.sets(st.integers(1, 12)))
def test_each_is_named_once_no_case_is_a_contact_and_more_cases_never_make_a_close_contact_wider(everybody, cases, more):
    contacts = trace(cases, everybody)
    assert len({contact.person for contact in contacts}) == len(contacts)
    assert not {contact.person for contact in contacts} & cases
    close = {contact.person for contact in contacts if contact.kind == F1}
    after = {contact.person: contact for contact in trace(cases | more, everybody)}
    assert all(after[person].kind == F1 for person in close - more)
    assert all(isinstance(contact, Contact) and contact.met for contact in contacts)
