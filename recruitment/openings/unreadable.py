"""Why an uploaded table was not read: one exception for each thing a person can do about it."""

from django.utils.translation import gettext as _

from recruitment.shared.refusals import Refusal


class UnreadableFile(Refusal):
    """The file as a whole can't be used; nothing of it was read."""

    field = "file"


class EmptyFile(UnreadableFile):
    def for_people(self) -> str:
        return _("Tệp không có dòng nào. Hãy kiểm tra lại tệp rồi chọn lại.")


class FileTooLarge(UnreadableFile):
    """Carries `megabytes`, the most that is read."""

    def for_people(self) -> str:
        return _("Tệp lớn quá: tối đa %(megabytes)s MB. Hãy chia thành nhiều tệp nhỏ hơn.") % {"megabytes": self.facts["megabytes"]}


class TooManyRows(UnreadableFile):
    """Carries `most`."""

    def for_people(self) -> str:
        return _("Bảng dài quá: tối đa %(most)s dòng. Hãy chia thành nhiều tệp nhỏ hơn.") % {"most": self.facts["most"]}


class TooManyColumns(UnreadableFile):
    """Carries `most`."""

    def for_people(self) -> str:
        return _("Bảng rộng quá: tối đa %(most)s cột. Hãy xóa các cột thừa.") % {"most": self.facts["most"]}


class CellTooLong(UnreadableFile):
    """Carries `row` (as a spreadsheet counts) and `most` characters."""

    def for_people(self) -> str:
        return _("Ô ở dòng %(row)s dài quá: tối đa %(most)s ký tự. Nếu là tệp CSV, hãy kiểm tra dấu ngoặc kép.") % {
            "row": self.facts["row"],
            "most": self.facts["most"],
        }


class Encrypted(UnreadableFile):
    def for_people(self) -> str:
        return _("Tệp có mật khẩu nên không đọc được. Hãy bỏ mật khẩu trong Excel rồi lưu lại.")


class OldSpreadsheet(UnreadableFile):
    def for_people(self) -> str:
        return _("Tệp .xls kiểu cũ không đọc được. Hãy mở bằng Excel và lưu lại thành .xlsx.")


class NotATable(UnreadableFile):
    def for_people(self) -> str:
        return _("Tệp này không phải là bảng CSV hay Excel (.xlsx). Hãy chọn đúng tệp.")


class NotWhatItsNameSays(UnreadableFile):
    """Carries `name` and `kind`, the suffix that would fit."""

    def for_people(self) -> str:
        return _("Nội dung tệp “%(name)s” không khớp với đuôi tệp: bên trong là %(kind)s. Hãy lưu lại bằng Excel hoặc đổi đúng đuôi tệp.") % {
            "name": self.facts["name"],
            "kind": self.facts["kind"],
        }


class Damaged(UnreadableFile):
    def for_people(self) -> str:
        return _("Tệp bị hỏng nên không đọc được. Hãy mở bằng Excel, lưu lại rồi chọn lại.")


class SeveralSheets(UnreadableFile):
    """More than one visible sheet has such a table. Carries `sheets`, how many."""

    def for_people(self) -> str:
        return _("Tệp có %(sheets)s trang đều có danh sách. Mỗi lần đọc một trang: hãy ẩn các trang khác, hoặc lưu mỗi trang thành một tệp.") % {
            "sheets": self.facts["sheets"]
        }


class NotUnicode(UnreadableFile):
    def for_people(self) -> str:
        return _("Không đọc được chữ trong tệp. Hãy lưu lại dạng “CSV UTF-8” hoặc .xlsx.")


class NoHeader(UnreadableFile):
    """Carries `column`, the one that has to be there."""

    def for_people(self) -> str:
        return _("Không thấy dòng tiêu đề có cột “%(column)s”. Hãy đặt tên cột ở dòng đầu của bảng.") % {"column": self.facts["column"]}
