"""Vietnamese words and sentences of which the reports, answers and notes of invented cases are made."""

from __future__ import annotations

OPENINGS = (
    "Tôi xin phản ánh", "Kính gửi cơ quan chức năng, hiện có", "Người dân khu phố bức xúc vì", "Đề nghị kiểm tra",
    "Hôm nay tôi đi qua thấy", "Nhà tôi ở gần đây, thường xuyên gặp", "Xin báo với chính quyền về", "Có tình trạng",
    "Cả xóm chúng tôi khổ vì", "Mấy hôm nay lại xảy ra", "Phụ huynh học sinh phản ánh", "Bà con tiểu thương phản ánh",
)  # fmt: skip
STREETS = (
    "đường Trần Hưng Đạo", "phố Nguyễn Trãi", "đường Lê Thanh Nghị", "phố Quang Trung", "đường Điện Biên Phủ",
    "phố Bạch Đằng", "đường Nguyễn Lương Bằng", "phố Tuệ Tĩnh", "đường Thanh Niên", "phố Hồng Quang",
    "đường Trường Chinh", "phố Chi Lăng", "đường Ngô Quyền", "phố Phạm Ngũ Lão", "đường Hoàng Văn Thụ",
    "phố Đoàn Kết", "đường Yết Kiêu", "phố Tam Giang", "đường Nguyễn Văn Linh", "phố Mạc Thị Bưởi",
    "ngõ Giếng Đình", "đường liên thôn Đông", "đường bờ kênh", "đường ra đồng Bái", "tổ dân phố Hòa Bình",
)  # fmt: skip
SINCE = (
    "Tình trạng này đã kéo dài hơn một tháng", "Việc xảy ra từ tối qua", "Đã ba ngày nay không ai xử lý",
    "Tuần nào cũng lặp lại", "Mới phát sinh sáng nay", "Từ đầu mùa mưa đến giờ vẫn vậy", "Đã nửa năm nay rồi",
    "Cứ khoảng chín giờ tối là bắt đầu", "Sau trận mưa hôm trước thì nặng hơn", "Đã phản ánh một lần nhưng chưa xong",
)  # fmt: skip
EFFECTS = (
    "Xe máy đi qua rất dễ ngã, tối đến càng nguy hiểm", "Trẻ em đi học qua đây không an toàn",
    "Mùi hôi bốc lên cả khu dân cư không mở được cửa", "Người già và cháu nhỏ mất ngủ", "Việc buôn bán bị ảnh hưởng",
    "Nước tràn vào nhà mấy hộ thấp", "Ô tô tránh nhau lấn hết vỉa hè", "Đã có hai người bị ngã xe ở chỗ này",
    "Ruộng lúa gần đó cũng bị ảnh hưởng", "Khách qua đường ai cũng kêu", "Cả dãy nhà không sinh hoạt được",
    "Mỗi khi trời mưa lại ngập sâu đến nửa bánh xe",
)  # fmt: skip
PLEAS = (
    "Mong cơ quan chức năng sớm xử lý", "Đề nghị cho người xuống kiểm tra và trả lời người dân",
    "Kính mong các cấp quan tâm giải quyết dứt điểm", "Rất mong nhận được phản hồi", "Xin cảm ơn",
    "Nếu không sửa ngay thì mong đặt biển cảnh báo", "Đề nghị xử lý nghiêm để làm gương",
)  # fmt: skip
CONTACTS = (
    "Cần thêm thông tin xin gọi 0912 345 678", "Liên hệ anh Nguyễn Văn Bình, số 0987654321",
    "Thư điện tử của tôi là nguoidan@example.vn", "Gặp bà Trần Thị Hoa ở đầu ngõ để hỏi thêm",
)  # fmt: skip
ANSWERS = (
    "Đơn vị đã kiểm tra thực tế và khắc phục xong trong ngày; cảm ơn ông/bà đã phản ánh.",
    "Đã giao tổ quản lý đô thị xử lý, hiện trường đã sạch. Đề nghị ông/bà theo dõi, phản ánh nếu tái diễn.",
    "Sau khi kiểm tra, đơn vị đã lập biên bản nhắc nhở hộ kinh doanh và yêu cầu cam kết không tái phạm.",
    "Hạng mục này đã được đưa vào kế hoạch sửa chữa quý tới; trước mắt đơn vị đã rào chắn và đặt biển cảnh báo.",
    "Đơn vị đã thay thế thiết bị hỏng, hệ thống hoạt động bình thường từ 19 giờ cùng ngày.",
    "Nội dung phản ánh đúng. Đơn vị đã phối hợp với công an xã tuần tra, xử lý hai trường hợp vi phạm.",
    "Đã nạo vét đoạn cống dài 60 m, nước thoát tốt sau trận mưa ngày hôm sau.",
)
QUESTIONS = (
    "Xin ông/bà cho biết rõ hơn vị trí, gần công trình nào?", "Sự việc thường xảy ra vào khung giờ nào trong ngày?",
    "Ông/bà có thể gửi thêm ảnh chụp hiện trường không?",
)  # fmt: skip
REPLIES = (
    "Chỗ đó ngay trước cổng nhà văn hóa thôn, đối diện cây đa.", "Thường là từ chín giờ tối đến nửa đêm.",
    "Hôm nay vẫn còn, tôi vừa đi qua.",
)  # fmt: skip
NOTES = (
    "Đã gọi điện cho tổ trưởng tổ dân phố, hẹn kiểm tra sáng mai.", "Chờ vật tư, dự kiến hai ngày.",
    "Trùng địa điểm với phản ánh tuần trước, đã báo đội thi công.",
)  # fmt: skip
