"""Vietnamese words by which a person's name is told from a place's or an office's; in lower case, with diacritics."""

from __future__ import annotations

from typing import NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Phrases(NamedTuple):
    """Phrases as their words. Most words of a text begin or end none of them, which one look-up tells."""

    all: frozenset[tuple[str, ...]]
    firsts: frozenset[str]
    lasts: frozenset[str]


def _phrases(text: str) -> Phrases:
    phrases = frozenset(tuple(phrase.split()) for phrase in text.split(","))
    return Phrases(phrases, frozenset(words[0] for words in phrases), frozenset(words[-1] for words in phrases))


# How people are addressed; a capitalised word after one of these is a name.
HONORIFICS = _words("ông bà anh chị cháu cô chú bác cậu mợ dì thím em cụ thầy bé")

# Those of them that end proper nouns and country names too (Việt Anh, nước Anh), with the words that say so.
INSIDE_NAMES = _words("anh em cô chú bác cậu dì bé")
COUNTRY_WORDS = _words("nước tiếng môn vương người")

# What may stand between the honorific and the name.
ROLES = _phrases(
    "cán bộ, chủ tịch, phó chủ tịch, chủ tịch ubnd, công an, công an viên, công an xã, công an phường, cảnh sát, "
    "csgt, bảo vệ, lao công, chủ quán, chủ nhà, chủ hộ, chủ xe, chủ thầu, chủ cơ sở, chủ cửa hàng, chủ trại, chủ, "
    "trưởng thôn, trưởng khu, trưởng phòng, trưởng xóm, trưởng ban, tổ trưởng, đội trưởng, giám đốc, bí thư, "
    "công chức, hiệu trưởng, giáo viên, giáo, bác sĩ, bác sỹ, y tá, hàng xóm, tài xế, lái xe, nhân viên, "
    "dân phòng, luật sư, đồng chí, bí thư chi bộ, công nhân"
)
# Words before a full name, surname first, that need no honorific.
TITLES = _phrases(
    "đồng chí, đ c, cán bộ, chủ, chủ tài khoản, tài khoản, chủ hộ, chủ nhà, chủ quán, chủ xe, chủ cơ sở, "
    "trưởng thôn, trưởng khu, tổ trưởng, hộ dân, hộ, gia đình, nhà, bác sĩ, bác sỹ, giáo viên, nhân viên, "
    "vi phạm, đối tượng, tôi là, em là, mình là, cháu là, con là"
)
# Words before a name that need neither honorific nor surname.
LABELS = _phrases(
    "họ và tên, họ tên, tôi là tên, tên tôi là, tôi tên là, tôi tên, tên là, tên em là, em tên, mình tên, "
    "cháu tên, có tên, người gửi, người phản ánh, người viết, làm đơn, người liên hệ, ký tên, zalo, facebook, fb"
)

# After these a capitalised honorific begins a place's name (đường Ông Ích Khiêm) …
PLACE_WORDS = _words(
    "đường phố ngõ ngách hẻm kiệt cầu chợ trường khu đền chùa miếu phường xã thôn xóm ấp huyện quận tỉnh hồ sông"
    " núi dốc bến bãi cống đê kênh rạch hòn đảo tuyến lăng am tượng thpt thcs tp hai"
)
# … and after these one in small letters as well (chợ bà Hoa); "ngõ bà Hoa" is where she lives.
STRONG_PLACE_WORDS = _words("đường phố cầu chợ đền chùa miếu")
PLACE_PAIRS = _phrases(
    "ngã ba, ngã tư, ngã năm, ngã sáu, công viên, tượng đài, nhà thờ, thị trấn, thị xã, chung cư, thành phố, đặc khu, "
    "quảng trường, đại lộ, vòng xoay, vòng xuyến, bùng binh, nút giao, bệnh viện, học viện, thư viện, bảo tàng, "
    "nhà hát, nhà văn hóa, nhà văn hoá, khách sạn, nhà hàng, siêu thị, nhà máy, công ty, doanh nghiệp, hợp tác xã, "
    "nghĩa trang, sân vận động, bến xe, nhà ga, sân bay, hầm chui, bờ kè, toà nhà, tòa nhà, tiểu học, mầm non, "
    "đại học, cao đẳng, vỉa hè, nhà tưởng niệm, khu dân cư, khu đô thị, tuyến phố, giải thưởng, quỹ học bổng"
)
# What may stand between the word for a place and the name it bears (trường tiểu học số hai Lê Lợi).
OF_PLACES = _words("dân cư đô thị tiểu học mầm non đầu mối số một hai ba mới cũ mang tên là tư thục chuyên và cấp khoa")
# After these a street is meant without its word, unless the name has văn or thị in it …
SIDES = _words("trên dọc đoạn góc đầu cuối quanh giáp số ngõ ngách hẻm kiệt lô")
# … and these join two streets.
STREET_JOINTS = _words("và với giao cắt nối đến sang")

# Places and figures that begin with a word of address, as proper nouns.
PLACE_NAMES = _phrases(
    "ông ích khiêm, ông ích đường, ông đốc, ông lãnh, ông tạ, ông công, ông táo, bà rịa, bà nà, bà đen, bà điểm, "
    "bà chiểu, bà quẹo, bà hom, bà hạt, bà huyện, bà chúa, bà trưng, bà đanh, bà mẹ, cô tô, cô giang, cô bắc, "
    "bác hồ, bác tôn, anh quốc, anh văn, anh ngữ, ông bụt"
)
# Spared only when no further name follows: Bà Triệu is a street, Bà Triệu Thị Hoa is not.
PLACE_NAMES_ALONE = _phrases("bà triệu")
FIGURES = _phrases("hồ chí minh")

SURNAMES = _words(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trương đoàn lâm trịnh mai đào"
    " cao hà lương lưu tạ châu phùng tô vương thái kiều quách từ tăng lại chu triệu mạc khuất nghiêm viên cù thân"
    " hứa la tống ninh bạch văn doãn thạch sơn danh kim khúc phí ứng tiêu giang diệp nông ma vi hầu thào giàng"
    " sùng lò quàng cầm lù tòng điêu vàng lầu mùa niê ksor rơ siu kpă đàm bế mẫn uông ung quản nhữ nhâm bồ tôn lã"
    " lục nguyen tran pham hoang huynh vo dang bui ngo duong dinh truong doan trinh dao luong luu phung"
)
MIDDLES = _words("văn thị van thi")
PLAIN_MIDDLES = _words("van thi")

# Surnames of most of the people; with one to three capitalised words after them a person is named.
COMMON_SURNAMES = _words(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trương đoàn lâm trịnh mai đào"
    " cao hà lương lưu tạ tô phùng triệu vương nguyen tran pham huynh le hoang phan trinh dang bui"
)
# Those that hardly ever stand inside the name of a place.
SURE_SURNAMES = _words("nguyễn trần lê phạm huỳnh võ đặng bùi đỗ ngô trịnh nguyen tran pham huynh")
# Those that are no other word even in a text all in capitals.
LOUD_SURNAMES = _words("nguyễn phạm huỳnh")
# Those that, typed in small letters without diacritics, are seldom another word (duong: đường, do: đô, ngo: ngõ).
PLAIN_SURNAMES = _words("nguyen tran pham huynh le hoang trinh")
# Words that show `tran van …` to be a sentence (tràn vẫn chưa …).
PLAIN_NOT_GIVEN = _words(
    "chua con bi khong chay ngap hong do tiep dang co la de cong cu se hay thuong duoc nhu truong tran xa hanh dua"
    " thay rat qua ra vao len xuong o tai di den bao lam mo dien het nguyen moi nhieu it thi van cung phai day dam"
)
# Words that end a place's name when the text has no diacritics; what they stand for is in PLACE_WORDS.
PLAIN_PLACE_WORDS = _words(
    "duong pho ngo ngach hem kiet cau cho truong khu den chua phuong xa thon xom ap huyen quan tinh ho song thpt thcs"
)
# In small letters văn and thị begin other words too (mai văn phòng đóng cửa).
SMALL_COMPOUNDS = _phrases(
    "thị trấn, thị xã, thị trường, thị tứ, thị ủy, thị uỷ, thị đội, văn phòng, văn bản, văn hóa, văn hoá, văn nghệ, "
    "văn thư, van phong, van ban, van hoa, van nghe"
)
# Words of NOT_NAMES that are given names when they follow a surname (Nguyễn Minh Anh, Trần Quốc Bảo).
GIVEN_TOO = _words("anh quốc sinh viện hiện hội")

# A capitalised word that does not belong to a name and ends it.
NOT_NAMES = _words(
    "phường xã thôn tổ khu đường phố số ngõ ngách hẻm kiệt huyện quận tỉnh ubnd hđnd sđt đt tel cccd cmnd cmt"
    " zalo fb facebook stk tk bks kính đề tôi ở tại là có đã nhà bị để và cùng thường xả ông bà anh chị ai nào này"
    " kia ấy đó cty csgt tp tx ql gđ nay hiện không mong rất xin cảm nhờ ngày lúc vào đến với của do người hay"
    " đang đổ vứt lấn xây mở hát dùng cho về ơi sở ban phòng ủy uỷ đội cơ bộ hội viện tòa toà cục quốc khi nếu các"
    " những sinh email mail xe từ nhưng mà thì chợ trên dưới"
)
# Names that are no names when the next word makes another of them.
COMPOUNDS = _phrases(
    "thị trấn, thị xã, thành phố, công an, công ty, công viên, công trình, công nhân, bảo vệ, khu phố, chi cục, "
    "chi nhánh, chi bộ, trung tâm, trung ương, quý cơ, quý vị, quý ban, lãnh đạo, điện lực, thanh tra, "
    "thanh niên, quản lý, môi trường, trường học, trường tiểu, trường mầm, trường thcs, trường thpt, trường đại, "
    "trường cao, trường trung, cảnh sát, giao thông, xuân này, xuân về, hàng xóm, thủ tướng, chủ tịch, bí thư, "
    "giám đốc, cán bộ, dân phòng, nhân dân, kiểm tra, kiến nghị, việt nam, bình luận, xây dựng, đô thị, "
    "văn phòng, thương mại, thường trực, quốc lộ, cao tốc, cao ốc, cao su, cao điểm, cao học, cao cấp, cao áp, "
    "đoàn viên, đoàn thể, đoàn trường, đoàn phường, đoàn xã, lương hưu, lương thực, mai táng, hoàng gia, "
    "hoàng hôn, dương lịch, hà mã, lý do, lưu ý, lưu thông, hồ sơ, hồ điều, hồ bơi, hồ nước, hồ chứa, hồ cá, "
    "vương quốc, tô vẽ, vũ trường, trưởng phòng, tổ trưởng"
)
