/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu-proof: files and options in, words out. What is verified: proof.c. */
#include "docstore/verifier/proof.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *vi, *en;
} words[PROOF_WHYS] = {
	[PROOF_HOLDS] = { "đúng", "it holds" },
	[PROOF_NO_BUNDLE] = { "không phải tệp bằng chứng (tlog-proof)",
	    "not a proof bundle (tlog-proof)" },
	[PROOF_NO_OPENING] = { "phần mở của bằng chứng không đúng dạng",
	    "the opening in the bundle is not in its form" },
	[PROOF_NO_RECEIPT] = { "biên nhận không đúng dạng",
	    "the receipt is not in its form" },
	[PROOF_NOT_OPENED] = { "thiếu phần mở: cần biên nhận (--receipt)",
	    "nothing opens the leaf: the receipt is wanted (--receipt)" },
	[PROOF_OTHER_LEDGER] = { "điểm kiểm tra là của sổ cái khác",
	    "the checkpoint is of another ledger" },
	[PROOF_NOT_SIGNED] = { "điểm kiểm tra không có chữ ký của khóa đã biết",
	    "the checkpoint is not signed by the key that is known" },
	[PROOF_NOT_THERE] = { "việc này không có ở chỗ đó trong sổ cái",
	    "the act does not stand at that place of the ledger" },
	[PROOF_OTHER_FACTS] = { "nội dung việc này là của sổ cái khác, hoặc "
				"không đúng dạng",
	    "the facts are of another ledger, or not in their form" },
	[PROOF_BAD_COSIGNATURE] = { "một chữ ký chứng kiến không đúng",
	    "a cosignature is not valid" },
	[PROOF_NO_ANCHOR] = { "neo thời gian không đúng dạng",
	    "the anchor is not in its form" },
	[PROOF_ANCHOR_PATH] = { "đường dẫn tới dấu thời gian không đúng",
	    "the path to the timestamp does not fit" },
	[PROOF_NO_TOKEN] = { "dấu thời gian không đọc được",
	    "the timestamp token cannot be read" },
	[PROOF_OTHER_TOKEN] = { "dấu thời gian là của điểm kiểm tra khác",
	    "the timestamp is over another checkpoint" },
	[PROOF_TOKEN_SIGNATURE] = { "chữ ký trên dấu thời gian không đúng",
	    "the signature on the timestamp is not valid" },
	[PROOF_OTHER_FILE] = { "tệp không phải là tệp của việc này",
	    "the file is not the one of this act" },
	[PROOF_NO_FILES] = { "tệp không đúng dạng",
	    "a file is not in its form" },
	[PROOF_TWO_TREES] = { "SỔ BỊ VIẾT LẠI: cùng độ dài, khác nội dung",
	    "REWRITTEN: one length, two contents, both signed" },
	[PROOF_NOT_EXTENDED] = { "SỔ BỊ VIẾT LẠI, hoặc thiếu bằng chứng nối "
				 "tiếp",
	    "REWRITTEN, or not the proof: the new does not go on from the "
	    "old" },
};

/* What is asked for at least. */
struct need {
	bool stamp;
	unsigned int outsiders;
};

static int
usage(void)
{
	(void)fputs(
	    "vanthu-proof check BUNDLE --log VKEY[=OPERATOR] [--file FILE]\n"
	    "    [--receipt FILE] [--cosigner VKEY=OPERATOR]...\n"
	    "    [--anchor FILE] [--tsa-cert PEM] [--need stamp] [--need K]\n"
	    "vanthu-proof extends OLD PROOF --log VKEY\n"
	    "Exit: 0 proved / đúng; 1 not proved / không đúng; 2 proved, but "
	    "weaker than\n--need / đúng nhưng yếu hơn yêu cầu; 64 usage; 66 "
	    "unreadable file.\n",
	    stderr);
	return 64;
}

static void
bad_file(const char *path)
{
	(void)fprintf(
	    stderr, "không đọc được tệp / cannot be read: %s\n", path);
	exit(66);
}

enum file { FIRST, SECOND, RECEIPT, ANCHOR, FILES };

static struct span
slurp(const char *path, enum file which)
{
	static uint8_t files[FILES][PROOF_FILE_MAX];
	FILE *f = fopen(path, "rb");
	struct span s;

	if (f == NULL)
		bad_file(path);
	s = (struct span){ files[which],
		fread(files[which], 1, PROOF_FILE_MAX, f) };
	if (ferror(f) || !feof(f))
		bad_file(path);
	(void)fclose(f);
	return s;
}

static struct span
file_hash(const char *path)
{
	static uint8_t hash[32], buf[65536];
	FILE *f = fopen(path, "rb");
	EVP_MD_CTX *c;
	bool read;
	size_t n;

	if (f == NULL)
		bad_file(path);
	if ((c = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestInit_ex(c, EVP_sha256(), NULL) != 1)
		abort();
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		if (EVP_DigestUpdate(c, buf, n) != 1)
			abort();
	read = !ferror(f) && EVP_DigestFinal_ex(c, hash, NULL) == 1;
	(void)fclose(f);
	EVP_MD_CTX_free(c);
	if (!read)
		bad_file(path);
	return (struct span){ hash, 32 };
}

static X509_STORE *
read_tsa(const char *path)
{
	X509_STORE *s = X509_STORE_new();
	FILE *f = fopen(path, "r");
	X509 *x;
	int n = 0;

	if (s == NULL || f == NULL)
		bad_file(path);
	/* Whom the reader trusts, he trusts: also when it is no root. */
	(void)X509_STORE_set_flags(s, X509_V_FLAG_PARTIAL_CHAIN);
	for (; (x = PEM_read_X509(f, NULL, NULL, NULL)) != NULL; n++) {
		(void)X509_STORE_add_cert(s, x);
		X509_free(x);
	}
	(void)fclose(f);
	if (n == 0)
		bad_file(path);
	return s;
}

/* Text of the facts, without what a terminal would take for an order. */
static void
show(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		(void)putchar(
		    s.p[i] < 0x20 || s.p[i] == 0x7f ||
			    (s.p[i] == 0xc2 && i + 1 < s.n && s.p[i + 1] < 0xa0)
			? '?'
			: s.p[i]);
}

/* A ledger that goes on after a loss, and what the act says that opened it. */
static void
show_epoch(const struct answer *a)
{
	if (a->epoch > 0)
		(void)printf("Kỳ sổ / epoch     : %llu\n",
		    (unsigned long long)a->epoch + 1);
	if (a->prior.n == 0)
		return;
	(void)printf("Nối sổ / follows  : ");
	show(a->prior);
	(void)printf(", %llu, ", (unsigned long long)a->prior_size);
	for (size_t i = 0; i < 32; i++)
		(void)printf("%02x", a->prior_root[i]);
	(void)putchar('\n');
	if (a->prior_lost > a->prior_size)
		(void)printf("Đã mất / lost     : %llu – %llu\n",
		    (unsigned long long)a->prior_size,
		    (unsigned long long)a->prior_lost - 1);
}

static void
show_act(const struct answer *a, bool with_file)
{
	time_t t = (time_t)(a->time / 1000000) + (time_t)7 * 3600;
	char when[32] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S+07", &tm);
	(void)printf("Việc / act        : %llu trong / in %llu, %s\n",
	    (unsigned long long)a->index, (unsigned long long)a->cp.size, when);
	if (a->number.n > 0) {
		(void)printf("Số / number       : ");
		show(a->number);
		(void)putchar('\n');
	}
	show_epoch(a);
	if (!a->has_file)
		return;
	(void)printf("Tệp / file        : SHA-256 ");
	for (size_t i = 0; i < 32; i++)
		(void)printf("%02x", a->file[i]);
	(void)printf("%s\n", with_file ? ", khớp / matches"
				       : ", không đối chiếu / not compared");
}

static void
show_strength(const struct answer *a, const struct question *q)
{
	for (size_t i = 0; i < q->n_cosigners; i++)
		if (q->cosigner[i].seen)
			(void)printf("Chứng kiến / saw  : %s (%s)\n",
			    q->cosigner[i].name,
			    q->cosigner[i].whose == NULL
				? "không rõ ai / operator not named"
				: q->cosigner[i].whose);
	if (a->stamp_shown && !a->stamped)
		(void)printf("Dấu thời gian     : %s, CHƯA xét chữ ký / "
			     "signature NOT looked at (--tsa-cert)\n",
		    a->stamp);
	if (q->log.whose == NULL && q->n_cosigners > 0)
		(void)printf("Sổ của ai / whose : không nêu / not named "
			     "(--log VKEY=OPERATOR): nobody counts as "
			     "outside\n");
	(void)printf("Độ mạnh / strength: ");
	if (a->outsiders > 0)
		(void)printf("%u bên ngoài chứng kiến / witnessed by %u "
			     "outsider%s\n",
		    a->outsiders, a->outsiders, a->outsiders == 1 ? "" : "s");
	if (a->stamped)
		(void)printf("%scó dấu thời gian / timestamped %s\n",
		    a->outsiders > 0 ? "                    " : "", a->stamp);
	if (a->outsiders == 0 && !a->stamped)
		(void)printf("chỉ có lời của chính sổ cái / none: the "
			     "ledger's own word only\n");
}

/* "stamp", or a number of outsiders; each may be asked for, the last number
 * holds. */
static bool
take_need(const char *value, struct need *need)
{
	size_t n = strlen(value);

	if (strcmp(value, "stamp") == 0)
		return need->stamp = true;
	if (n == 0 || n > 2 || strspn(value, "0123456789") != n)
		return false;
	need->outsiders = (unsigned int)strtoul(value, NULL, 10);
	return true;
}

/* Takes one option with its value. */
static bool
take_option(
    struct question *q, const char *name, char *value, struct need *need)
{
	if (strcmp(name, "--log") == 0)
		return proof_key(value, 1, &q->log);
	if (strcmp(name, "--file") == 0)
		q->file_hash = file_hash(value);
	else if (strcmp(name, "--receipt") == 0)
		q->receipt = slurp(value, RECEIPT);
	else if (strcmp(name, "--anchor") == 0)
		q->anchor = slurp(value, ANCHOR);
	else if (strcmp(name, "--tsa-cert") == 0)
		q->tsa = read_tsa(value);
	else if (strcmp(name, "--need") == 0)
		return take_need(value, need);
	else
		return strcmp(name, "--cosigner") == 0 &&
		       q->n_cosigners < PROOF_COSIGNERS &&
		       proof_key(value, 4, &q->cosigner[q->n_cosigners++]);
	return true;
}

/* Options anywhere; *ret_n operands in order. */
static bool
take_arguments(int argc, char **argv, struct question *q, struct need *need,
    const char *operands[3], int *ret_n)
{
	*ret_n = 0;
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0) {
			if (*ret_n == 3)
				return false;
			operands[(*ret_n)++] = argv[i];
		} else if (i + 1 == argc ||
			   !take_option(q, argv[i], argv[i + 1], need)) {
			return false;
		} else {
			i++;
		}
	}
	return q->log.name[0] != '\0';
}

int
main(int argc, char **argv)
{
	struct question q = { .n_cosigners = 0 };
	struct answer a = { .index = 0 };
	struct need need = { .stamp = false };
	const char *operands[3] = { NULL };
	enum why why;
	bool check;
	int n;

	if (!take_arguments(argc, argv, &q, &need, operands, &n))
		return usage();
	check = n == 2 && strcmp(operands[0], "check") == 0;
	if (!check && (n != 3 || strcmp(operands[0], "extends") != 0))
		return usage();
	if (check) {
		q.bundle = slurp(operands[1], FIRST);
		why = proof_check(&q, &a);
	} else {
		why = proof_extends(slurp(operands[1], FIRST),
		    slurp(operands[2], SECOND), &q.log, &a);
	}
	if (why != PROOF_HOLDS) {
		(void)printf("KHÔNG ĐÚNG: %s\nNOT PROVED: %s\n", words[why].vi,
		    words[why].en);
		return 1;
	}
	(void)printf("ĐÚNG / PROVED\nSổ cái / ledger   : %s\n", q.log.name);
	if (!check) {
		(void)printf("Nối tiếp / goes on: tới / to %llu\n",
		    (unsigned long long)a.cp.size);
		return 0;
	}
	show_act(&a, q.file_hash.n > 0);
	show_strength(&a, &q);
	return (need.stamp && !a.stamped) || a.outsiders < need.outsiders ? 2
									  : 0;
}
