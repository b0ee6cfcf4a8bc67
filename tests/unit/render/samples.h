/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Papers of the fictitious province Mẫu, for the tests of render. */
#ifndef VT_TESTS_RENDER_SAMPLES_H
#define VT_TESTS_RENDER_SAMPLES_H

#include "render/render.h"

static const char *const sample_to[] = { "Ủy ban nhân dân xã An Mẫu" };
static const char *const sample_three[] = {
	"Ủy ban nhân dân các xã, phường trên địa bàn tỉnh", "Công an tỉnh",
	"Trung tâm Phục vụ hành chính công tỉnh Mẫu"
};
static const char *const sample_bases[] = {
	"Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
	("Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính "
	 "phủ về công tác văn thư;"),
	"Theo đề nghị của Chánh Văn phòng Sở."
};
static const char *const sample_body[] = {
	("Thực hiện chương trình chuyển đổi số của tỉnh giai đoạn 2026 - 2030, "
	 "Sở Khoa học và Công nghệ đề nghị Ủy ban nhân dân xã An Mẫu rà soát "
	 "toàn bộ quy trình tiếp nhận, xử lý và trả kết quả thủ tục hành chính "
	 "trên môi trường điện tử; bảo đảm 100% văn bản đi, đến được ký số và "
	 "gửi, nhận qua trục liên thông văn bản quốc gia, trừ văn bản mật theo "
	 "quy định của pháp luật."),
	("Nội dung rà soát gồm: danh mục thủ tục hành chính; thành phần hồ sơ; "
	 "thời hạn giải quyết; mức độ ký số của từng bước; phương án dự phòng "
	 "khi hệ thống ngừng hoạt động."),
	("Đề nghị báo cáo kết quả về Sở Khoa học và Công nghệ trước ngày 15 "
	 "tháng 12 năm 2026 để tổng hợp, báo cáo Ủy ban nhân dân tỉnh. Mọi "
	 "vướng mắc xin liên hệ Phòng Chuyển đổi số, điện thoại "
	 "0299.3.123.456./.")
};
static const char *const sample_copies[] = { "Như trên",
	"UBND tỉnh (để báo cáo)", "Giám đốc Sở (để báo cáo)", "Lưu: VT, CĐS" };

static inline __attribute__((unused)) struct vt_letter
sample_letter(void)
{
	return (struct vt_letter){ .parent = "Ủy ban nhân dân tỉnh Mẫu",
		.agency = "Sở Khoa học và Công nghệ",
		.subject = "rà soát quy trình tiếp nhận và trả kết quả trên "
			   "môi trường điện tử",
		.to = sample_to,
		.n_to = 1,
		.body = sample_body,
		.n_body = 3,
		.authority = "KT. Giám đốc",
		.title = "Phó Giám đốc",
		.signer = "Trần Thị Minh Nguyệt",
		.copies = sample_copies,
		.n_copies = 4 };
}

/* Fills to with n paragraphs, the samples in turn. */
static inline __attribute__((unused)) void
sample_paragraphs(const char **to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = sample_body[i % 3];
}

/* A named type with everything it can have. body: n paragraphs, borrowed. */
static inline __attribute__((unused)) struct vt_letter
sample_decision(const char *const *body, size_t n)
{
	struct vt_letter l = sample_letter();

	l.agency = "Trung tâm Phục vụ hành chính công và chuyển đổi số";
	l.type_name = "Quyết định";
	l.subject = "ban hành Quy chế công tác văn thư, lưu trữ và quản lý "
		    "chữ ký số của Sở Khoa học và Công nghệ tỉnh Mẫu";
	l.to = sample_three;
	l.n_to = 3;
	l.bases = sample_bases;
	l.n_bases = 3;
	l.body = body;
	l.n_body = n;
	l.authority = NULL;
	l.title = "Giám đốc";
	return l;
}

static const struct vt_notice_fact sample_facts[] = {
	{ "Thủ tục",
	    ("Xác nhận thông tin về cư trú và tình trạng hôn nhân của công "
	     "dân") },
	{ "Ngày nộp hồ sơ", "18/11/2026" }, { "Kết quả", "Đồng ý" },
	{ "Có giá trị đến", "21/05/2027" }
};
static const char *const sample_notice_body[] = {
	("Căn cứ hồ sơ đã tiếp nhận và kết quả thẩm tra, Ủy ban nhân dân xã An "
	 "Mẫu thông báo kết quả giải quyết thủ tục hành chính như sau:"),
	("Thông báo này có giá trị sử dụng trong các giao dịch theo quy định "
	 "của pháp luật. Nếu có sai sót, đề nghị ông (bà) phản ánh về Bộ phận "
	 "Một cửa xã An Mẫu trong thời hạn 10 ngày làm việc.")
};
static const char *const sample_notice_copies[] = { "Công dân có tên trên",
	"Bộ phận Một cửa", "Lưu: VT" };

static inline __attribute__((unused)) struct vt_notice
sample_notice(void)
{
	return (struct vt_notice){ .parent = "Ủy ban nhân dân tỉnh Mẫu",
		.agency = "Ủy ban nhân dân xã An Mẫu",
		.type_name = "Thông báo",
		.subject = "Kết quả giải quyết thủ tục hành chính",
		.citizen = "Nguyễn Thị Hồng Nhung",
		.case_code = "H99.31-261121-0007",
		.facts = sample_facts,
		.n_facts = 4,
		.body = sample_notice_body,
		.n_body = 2,
		.authority = "TM. Ủy ban nhân dân",
		.title = "Chủ tịch",
		.signer = "Lê Văn Đức",
		.copies = sample_notice_copies,
		.n_copies = 3,
		.code = "7KQ29XMD4TPA",
		.url = "https://vanthu.mau.gov.vn/kq/7KQ29XMD4TPA" };
}

#endif
