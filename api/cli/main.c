/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu: the table of commands, and how they fail. */
#include <stdlib.h>
#include <unistd.h>

#include "api/cli/cli.h"
#include "api/exchange/edxml/edxml.h"
#include "api/fetch/fetch.h"
#include "base/log.h"

static const struct vt_command commands[] = {
	{ "init", "init DIR --domain NAME [--province FILE.json]",
	    "makes a data directory, with agencies and people",
	    "  --domain NAME      where the ledgers' names begin, "
	    "e.g. vanthu.tinhmau.gov.vn\n"
	    "  --province FILE    agencies and people (README, \"Operate\")\n",
	    vt_cli_init },
	{ "serve", "serve DIR [--listen ADDR:PORT] [--anchors PEM]",
	    "serves the API, the desk and the public pages",
	    "  --listen ADDR:PORT     default 127.0.0.1:8480\n"
	    "  --public-url URL       what QR codes hold; default "
	    "http://ADDR:PORT\n"
	    "  --anchors PEM          certificates that are trusted\n"
	    "  --keys DIR             where key files lie; default DIR/keys\n"
	    "  --allow-private-fetch  also ask OCSP responders on private "
	    "addresses\n"
	    "  --trusted-proxy ADDR   believes X-Forwarded-For or Forwarded "
	    "(last hop) from\n"
	    "                         this numeric address only; default: "
	    "nobody\n"
	    "  --tls-cert PEM --tls-key PEM   serves https: chain, leaf "
	    "first, and its key\n"
	    "  --client-ca PEM        asks clients for certificates of "
	    "these CAs\n"
	    "  --peer-ca PEM          whose certificates an axis, a gateway "
	    "and other agencies'\n"
	    "                         servers have; default: --client-ca, else "
	    "the system's\n"
	    "  --allow-private-webhooks HOST   webhooks may go to this host by "
	    "http and at a\n"
	    "                         private address (again for more hosts)\n"
	    "  --webhook-ca PEM       whose certificates receivers of webhooks "
	    "have; default:\n"
	    "                         the system's\n"
	    "  --axis-clock SECONDS   calls of the axis server may be so old "
	    "or early; 900\n"
	    "  --oidc FILE            identity providers for the desk (JSON)\n"
	    "  --scrub                reads stored files again, hour by hour; "
	    "from then on\n"
	    "                         at every start\n"
	    "  --tsa URL              asks there hourly for a timestamp over "
	    "the "
	    "ledgers (RFC\n"
	    "                         3161; again for up to 4, asked in turn)\n"
	    "  --tsa-ca PEM           whom their certificates must lead to\n",
	    vt_cli_serve },
	{ "sign", "sign IN.pdf -o OUT.pdf --key file:KEY.p12",
	    "signs a PDF (PAdES B-B); the old bytes stay as they are",
	    "  -o, --output FILE   where the signed file goes\n"
	    "  --key URI           file:KEY.p12 or file:KEY.pem\n"
	    "  --pin-file FILE     PIN or password; else it is asked for\n"
	    "  --field NAME        an empty signature field of the file\n"
	    "  --page N --rect x,y,w,h   a new visible field: page from 1, "
	    "points, from the lower left\n"
	    "  --image PNG         its picture; else name and time\n"
	    "  --reason TEXT --location TEXT\n",
	    vt_cli_sign },
	{ "verify", "verify FILE.pdf [--anchors PEM] [--at TIME]",
	    "judges every signature of a PDF",
	    "  --anchors PEM   certificates that are trusted\n"
	    "  --at TIME       judge at this time (RFC 3339)\n"
	    "  --offline       ask no OCSP responder\n"
	    "Exit status: 0 all passed, 1 any failed, 2 any indeterminate, "
	    "3 no signature,\n4 not readable.\n",
	    vt_cli_verify },
	{ "render", "render letter|notice DATA.json -o OUT.pdf",
	    "typesets papers; takes text and pictures out of PDFs",
	    "  render letter DATA.json -o OUT.pdf [--no-fields]\n"
	    "  render notice DATA.json -o OUT.pdf [--no-fields]\n"
	    "  render text FILE.pdf\n"
	    "  render page FILE.pdf -o OUT.png [--page N] [--dpi N]\n"
	    "  render signature NAME -o OUT.png    a picture for trying out\n"
	    "  render seal AGENCY -o OUT.png       likewise\n",
	    vt_cli_render },
	{ "edoc", "edoc pack|unpack|check|status|peer ...",
	    "edXML packets: makes them, takes them apart, judges them",
	    "  edoc pack DOC.json -o OUT.edxml\n"
	    "      DOC.json: what `edoc unpack` writes as packet.json; the "
	    "files of its\n"
	    "      attachments lie beside it\n"
	    "  edoc unpack IN.edxml -o FOLDER     the folder must not be "
	    "there yet\n"
	    "  edoc check IN.edxml [--to CODE]... also: is it for these "
	    "agencies\n"
	    "  edoc status IN.edxml --code NN --from CODE -o OUT.edxml\n"
	    "      [--text TEXT] [--name NAME] [--staff NAME]   answers a "
	    "packet\n"
	    "  edoc peer SCRIPT --system-id ID --secret-file FILE [--port N] "
	    "[--url URL]\n"
	    "      [--packets FOLDER] [--only CASE]   plays an axis or an "
	    "agency and judges\n"
	    "      the system under test (docs/exchange-cases.md)\n"
	    "Exit status of unpack and check: 0 acceptable, 1 to be refused.\n",
	    vt_cli_edoc },
	{ "check", "check DIR", "re-derives a data directory from its bytes",
	    "  --skip-bytes   do not decrypt every chunk\n"
	    "  --quick        seconds: heads of the ledgers, last receipts, "
	    "events and chunks\n"
	    "  --scrub MIB    reads so much of the stored files, going on where "
	    "the last one\n"
	    "                 ended; no server has the store open\n"
	    "Exit status: 0 clean, 1 findings.\n",
	    vt_cli_check },
	{ "backup", "backup DIR PLACE --keys FOLDER",
	    "one more increment of a backup, also while the server runs",
	    "  PLACE           a folder; made when it is not there\n"
	    "  --keys FOLDER   another folder, for the keys of what is in "
	    "PLACE\n"
	    "  --keep N        increments that stay; default: all\n"
	    "  --keys-days N   keys that the store has no more stay so long; "
	    "30\n"
	    "  --every SECONDS one after the other, until it is ended\n"
	    "  --forget-destroyed  increments that have words, and keys of "
	    "chunks, that were\n"
	    "                  destroyed go now, not after --keys-days\n"
	    "  --hand-over     the store, which no server has open, writes no "
	    "more; the standby\n"
	    "                  may be promoted\n"
	    "  --verify        reads what the increment before has, too, and "
	    "writes anew what\n"
	    "                  is damaged\n"
	    "PLACE -: one whole increment as a tar stream to standard output.\n"
	    "The store key is not in it: keep that apart.\n",
	    vt_cli_backup },
	{ "restore", "restore NEWDIR PLACE --keys FOLDER --store-key FILE",
	    "makes a data directory out of a backup, read-only at first",
	    "  --keys FOLDER      where the keys lie\n"
	    "  --store-key FILE   store.key, from its safe\n"
	    "                     (that of the time of the increment)\n"
	    "  --newer-key FILE   the store key of now as well, when it says "
	    "so\n"
	    "  --increment N      an earlier state; default: the newest\n"
	    "  --only-check       verifies every hash, restores nothing\n"
	    "  --skip-check       does not re-derive what was restored\n"
	    "  --destroyed FILE   what was destroyed since, to be destroyed "
	    "here,\n"
	    "                     too, besides what lies beside the keys; "
	    "default:\n"
	    "                     NEWDIR.destroyed, if it is there\n"
	    "PLACE -: a stream of `backup` from standard input.\n"
	    "Exit status: 0 clean, 1 findings.\n",
	    vt_cli_restore },
	{ "standby", "standby DIR PLACE --keys FOLDER --store-key FILE",
	    "a data directory that follows a backup, increment by increment",
	    "  --keys FOLDER      where the keys lie\n"
	    "  --store-key FILE   store.key\n"
	    "  --every SECONDS    looks again and again, until it is ended\n"
	    "  --promote          it writes from now on: only after a handing "
	    "over, once\n",
	    vt_cli_standby },
	{ "repair", "repair DIR [PLACE --keys FOLDER | --file FILE]",
	    "damaged chunks of a store that no server has open, from its "
	    "backup or a file",
	    "  --keys FOLDER   where the keys of the backup lie\n"
	    "  --file FILE     a copy of what is damaged: of a peer, a citizen, "
	    "another disk;\n"
	    "                  what of it is not equal is not taken\n"
	    "What was damaged stays in DIR/damaged. Exit status: 0 nothing is "
	    "damaged any\nmore, 1 something is.\n",
	    vt_cli_repair },
	{ "migrate", "migrate DIR --backup PLACE --keys FOLDER",
	    "what a store of an earlier release lacks, with no server on it",
	    "  --check         says what would be done, changes nothing\n"
	    "  --backup PLACE --keys FOLDER   an increment comes first\n"
	    "  --no-backup     there is one\n"
	    "  --by NAME       who does it, for the ledgers; default: the "
	    "login name\n"
	    "Cut off, the same command goes on. Older releases do not open the "
	    "store any more.\nExit status: 0 done or nothing to do, 1 "
	    "findings of the check afterwards.\n",
	    vt_cli_migrate },
	{ "stats", "stats DIR [--metrics]",
	    "figures: papers, acts, work that waits, room; also beside a "
	    "server",
	    "  --metrics   as text for a monitoring system (name{label} "
	    "value)\n",
	    vt_cli_stats },
	{ "receipt", "receipt FILE [--log-key HEX]",
	    "verifies a receipt without the server",
	    "  --log-key HEX   the agency's ledger key as it is known; "
	    "without\n"
	    "                  it the receipt proves itself, not who gave it\n",
	    vt_cli_receipt },
	{ "ledger", "ledger VERB DIR CODE [...]",
	    "what proves an agency's ledger, for vanthu-proof to judge",
	    "  ledger key DIR CODE                 its key, as vanthu-proof "
	    "takes it\n"
	    "  ledger checkpoint DIR CODE          the newest, signed\n"
	    "  ledger proof DIR CODE INDEX [--bare]   of an act; bare: without "
	    "its opening\n"
	    "  ledger receipt DIR CODE INDEX\n"
	    "  ledger consistency DIR CODE SIZE    goes on from that size\n"
	    "  ledger line DIR CODE                today's checkpoint as one "
	    "line "
	    "for paper\n"
	    "  ledger line-check DIR CODE LINE     does a printed one still "
	    "hold?\n"
	    "  ledger resume DIR CODE --person ID --second ID --asked TEXT "
	    "[FILE...]\n"
	    "      a restored store writes again: two people answer for it; "
	    "FILE: checkpoints,\n"
	    "      receipts, proofs that others hold. One that is beyond the "
	    "store: it stays\n"
	    "      read-only, and it is said what is missing\n"
	    "      Its witnesses are asked first; --peer-ca PEM, "
	    "--allow-private-fetch as serve\n"
	    "  ledger epoch DIR CODE --person ID --second ID --asked TEXT "
	    "[--lost N] [FILE...]\n"
	    "      what is missing is lost for good: the ledger goes on under a "
	    "new name; FILE as\n"
	    "      above, N: how many leaves it is known to have had. Prints "
	    "the proof of the\n"
	    "      first leaf, for who witnessed the one before\n"
	    "  ledger numbers DIR CODE --person ID --second ID --asked TEXT "
	    "SERIES[/PERIOD]=LAST...\n"
	    "      none up to LAST is given again; then resume\n"
	    "  ledger key DIR CODE --epoch N       of an earlier epoch, from "
	    "1\n"
	    "  -o, --output FILE\n",
	    vt_cli_ledger },
	{ "sandbox", "sandbox DIR [--code CODE]",
	    "adds an agency for trying out, with people, keys and tokens",
	    "  --code CODE   of the agency; default H99.99, of the next "
	    "H99.98\n"
	    "What it made lies in DIR/sandbox, also as sandbox.json; of each\n"
	    "further one in DIR/sandbox/CODE.\n",
	    vt_cli_sandbox },
	{ "user", "user VERB DIR [LOGIN] [--person ID] ...",
	    "local accounts, on a store that no server has open",
	    "  user list DIR                       people, their ids and login "
	    "names\n"
	    "  user add DIR LOGIN --person ID      changes the password at the "
	    "first sign-in\n"
	    "  user passwd|lock|unlock|remove DIR LOGIN\n"
	    "  user totp|no-totp DIR LOGIN         a second factor, or none\n"
	    "  user link DIR --person ID --issuer URL --subject TEXT\n"
	    "                                      an OpenID provider's "
	    "subject\n"
	    "  user unlink DIR --issuer URL --subject TEXT\n"
	    "  --password-file FILE   else it is asked for\n"
	    "  --own                  the person chose the password himself\n",
	    vt_cli_user },
	{ "client",
	    "client add DIR [ID] --agency CODE --name NAME --scopes ...",
	    "programs that may ask for access tokens",
	    "  --agency CODE     whose program it is\n"
	    "  --name NAME       what people read\n"
	    "  --scopes \"papers:read papers:write ...\"\n"
	    "Prints client_id and client_secret, once.\n",
	    vt_cli_client },
	{ "route", "route DIR KEY KIND [--url URL] [--cert PEM] …",
	    "sets how packets travel, on a store that no server has open",
	    "  KEY                an agency code; @NAME, a gateway; *, the "
	    "default one;\n"
	    "                     @own or @own:CODE, our own service key\n"
	    "  KIND               direct, axis, wrapper, hosted, print, own\n"
	    "  --url URL          where the other system is\n"
	    "  --cert PEM         direct: the peer's service certificate (up "
	    "to 4)\n"
	    "  --tls-sha256 HEX   direct: its TLS certificate (up to 4); "
	    "without it TLS\n"
	    "                     must show the service certificate\n"
	    "  --log-key HEX      direct: the key of its ledger; without it "
	    "its receipts\n"
	    "                     are shown as not verified\n"
	    "  --system-id ID --user NAME\n"
	    "  --secret file:PATH --password file:PATH   where secrets lie\n"
	    "  --pull SECONDS     fetches as often\n"
	    "  --of CODE          only for this agency of ours\n"
	    "  --quirk-hash       axis: hash-file without zero padding\n"
	    "  --off              kept, but not used\n",
	    vt_cli_route },
	{ "witness", "witness VERB DIR [...]",
	    "whose ledgers are cosigned here, and who cosigns ours",
	    "  On a store that no server has open:\n"
	    "  witness we DIR OPERATOR          who runs this node, first of "
	    "all\n"
	    "  witness key DIR                  its key, for others\n"
	    "  witness add DIR VKEY --operator NAME --url URL\n"
	    "                                   a witness: its key, who runs "
	    "it, where it is\n"
	    "  witness add DIR VKEY --operator NAME\n"
	    "                                   a ledger that is cosigned "
	    "here\n"
	    "  witness epoch DIR FILE           a ledger that is cosigned here "
	    "goes on under a\n"
	    "                                   new name: what ledger epoch "
	    "printed there\n"
	    "  witness remove DIR NAME\n"
	    "  witness list DIR                 all, and how it went; two "
	    "histories of one\n"
	    "                                   ledger: both checkpoints\n",
	    vt_cli_witness },
	{ "holiday", "holiday DIR [DAY NAME [--work] | DAY --remove]",
	    "days without work, on a store that no server has open",
	    "  DAY NAME   YYYY-MM-DD: nobody works then\n"
	    "  --work     a Saturday or Sunday on which work is made up\n"
	    "  --remove   takes the row away\n"
	    "Without a day: the list. Reserved numbers end with the next "
	    "working day.\n",
	    vt_cli_holiday },
	{ "work", "work VERB DIR [--kind K] [--error TEXT] [--agency CODE]",
	    "the work queue: what was given up, and why",
	    "  work list DIR [--all]      dead letters, or all that waits; also "
	    "beside a server\n"
	    "  work replay DIR --kind K   they are tried again when the server "
	    "starts\n"
	    "  work drop DIR --kind K     they are dropped for good\n"
	    "  --error TEXT               of those whose reason has this in it\n"
	    "The last two are acts, on a store that no server has open; beside "
	    "one: the page\n"
	    "/desk/work, or POST /v1/work/replay.\n",
	    vt_cli_work },
	{ "key", "key VERB ...",
	    "another store key, for a store that no server has open",
	    "  key rotate DIR --keep-old FILE\n"
	    "      a new key in the place of the one of now, of which a copy "
	    "goes to FILE:\n"
	    "      backups of its time open with it alone\n"
	    "  key next FILE NEW                   the key after the one in "
	    "FILE, for a\n"
	    "      credential or another place\n"
	    "  key rotate DIR --next NEW [--store-key FILE]\n"
	    "      to the key in NEW; where the server finds it is yours to "
	    "say\n"
	    "Every data key is wrapped anew; papers stay as they are. Cut "
	    "off: ask again.\n",
	    vt_cli_key },
	{ "merge", "merge DIR CODE [INTO]",
	    "an agency of the store goes on in another, on a store that no "
	    "server has open",
	    "  CODE   of the agency that ends; what is sent to it is from now "
	    "on for INTO\n"
	    "  INTO   of the agency that goes on; without it: nobody, a "
	    "mistake "
	    "is undone\n"
	    "Papers, people and ledger of the first stay as they are.\n",
	    vt_cli_merge },
	{ "addresses", "addresses DIR FILE.csv [--dry-run]",
	    "a table of agencies elsewhere, with codes that begin and end, into "
	    "the address\nbook of a store that no server has open",
	    "  --dry-run   say what each line would do, write nothing\n"
	    "The first line names columns: code, and any of name, parent, "
	    "mail, gateway,\nold_code, successor, from, until (YYYY-MM-DD). An "
	    "empty cell leaves what is\nthere, \"-\" empties it. With a line "
	    "that is wrong nothing is written,\nand the exit status is 1.\n",
	    vt_cli_addresses },
	{ "province", "province DIR PROVINCE.json",
	    "adds the agencies and people of a file that a store does not have",
	    "Known are agencies by code, people by login name, else by name; "
	    "of them\nnothing is changed. The file is that of init "
	    "(docs/operating.md).\n",
	    vt_cli_province },
	{ "person", "person VERB DIR [ID] ...",
	    "people come, change and go, on a store that no server has open",
	    "  person add DIR --agency CODE --name NAME --position P [--unit "
	    "U] "
	    "--roles R,R\n"
	    "      [--from DAY] [--until DAY] [--cert PEM] [--email E] "
	    "[--phone T]   prints the id\n"
	    "  person show DIR ID                  posts and certificates\n"
	    "  person rename DIR ID --name NAME\n"
	    "  person contact DIR ID [--email E] [--phone T]\n"
	    "  person post DIR ID --position P [--unit U] --roles R,R [--from "
	    "DAY] [--until DAY]\n"
	    "  person end-post DIR ID --post N [--until DAY]\n"
	    "  person cert DIR ID --cert PEM       one more to sign with, the "
	    "newest\n"
	    "  person end-cert DIR ID --cert PEM | --sha256 HEX\n"
	    "  person confirm DIR ID --post N | --cert PEM | --sha256 HEX\n"
	    "  person key DIR ID --key file:NAME   where the key lies\n"
	    "  person end DIR ID                   leaves: nothing lets him in "
	    "any more\n"
	    "Roles: leader, officer, clerk, administrator, auditor, archivist. "
	    "Days are\nYYYY-MM-DD, of Vietnam, from the first moment to the "
	    "last; none: now, open.\n",
	    vt_cli_person },
	{ "agency", "agency VERB DIR CODE ...",
	    "agencies of a store that no server has open",
	    "  agency add DIR CODE --name NAME [--short S] [--place P] [--cert "
	    "PEM] [--key REF]\n"
	    "  agency show DIR CODE                names and codes, "
	    "certificates\n"
	    "  agency name DIR CODE [--code NEW] [--name N] [--short S] "
	    "[--place P] [--from DAY]\n"
	    "      the old code goes on leading to it\n"
	    "  agency cert DIR CODE --cert PEM     one more to seal with, the "
	    "newest\n"
	    "  agency end-cert DIR CODE --cert PEM | --sha256 HEX\n"
	    "  agency key DIR CODE --key file:NAME\n",
	    vt_cli_agency },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
print_help(FILE *f)
{
	fprintf(f, "vanthu " VT_VERSION
		   ": keeps, signs, proves and hands over official papers\n\n"
		   "Usage: vanthu COMMAND [--json] [--lang vi|en] ...\n\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(
		    f, "  %-8s  %s\n", commands[i].name, commands[i].purpose);
	fprintf(f, "\nvanthu COMMAND --help says more of each.\n");
}

static void
fail_json(const struct vt_err *err, const struct vt_err_info *info)
{
	VT_BUF_AUTO(b);
	struct vt_json j;

	vt_json_open(&j, &b, true);
	vt_json_object(&j);
	vt_json_key(&j, "error");
	vt_json_object(&j);
	vt_json_kstr(&j, "code", info->slug);
	vt_json_kint(&j, "exit_status", info->exit_status);
	vt_json_kbool(&j, "retryable", info->retryable);
	vt_json_kstr(&j, "vi", info->vi);
	vt_json_kstr(&j, "en", info->en);
	vt_json_kstr(&j, "detail", err->msg);
	vt_json_end(&j);
	vt_json_end(&j);
	printf("%s\n", vt_buf_str(&b));
}

static int
fail(struct vt_cli *cli, int rc)
{
	const struct vt_err_info *info = vt_err_info(rc);

	if (cli->json)
		fail_json(&cli->err, info);
	else
		fprintf(stderr, "vanthu%s%s: %s.\n  %s\n",
		    cli->command == NULL ? "" : " ",
		    cli->command == NULL ? "" : cli->command->name,
		    cli->vi ? info->vi : info->en, cli->err.msg);
	if (rc == VT_E_USAGE && cli->command != NULL && !cli->json)
		fprintf(stderr, "  usage: vanthu %s\n", cli->command->synopsis);
	(void)fflush(stdout);
	return info->exit_status;
}

int
vt_cli_spawner(struct vt_spawner **ret, struct vt_err *reterr)
{
	static struct vt_worker_kind kinds[3];

	kinds[0] = vt_proof_worker;
	kinds[1] = vt_pages_worker;
	kinds[2] = vt_packet_worker;
	return vt_spawner_start(kinds, 3, ret, reterr);
}

int
vt_cli_print(struct vt_cli *cli, const struct vt_buf *b)
{
	int rc;

	if ((rc = vt_buf_status(b, &cli->err)) != VT_OK)
		return rc;
	if (fwrite(vt_buf_str(b), 1, b->n, stdout) != b->n ||
	    fflush(stdout) != 0)
		return vt_err_set(
		    &cli->err, VT_E_IO, "standard output could not be written");
	return VT_OK;
}

/* --json and --lang may stand anywhere; errors before the options are read
 * must already know them. */
static void
look_ahead(struct vt_cli *cli, int argc, char **argv)
{
	const char *lang = getenv("LANG");

	cli->vi = lang != NULL && strncmp(lang, "vi", 2) == 0;
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--json") == 0)
			cli->json = true;
		else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			cli->vi = strcmp(argv[i + 1], "vi") == 0;
		else if (strncmp(argv[i], "--lang=", 7) == 0)
			cli->vi = strcmp(argv[i] + 7, "vi") == 0;
	}
}

int
main(int argc, char **argv)
{
	struct vt_cli cli = { .err = VT_ERR_INIT };
	int rc;

	look_ahead(&cli, argc, argv);
	if (argc < 2) {
		print_help(stderr);
		return 64;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("vanthu " VT_VERSION "\n");
		return 0;
	}
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			cli.command = &commands[i];
	if (cli.command == NULL) {
		rc = vt_err_set(&cli.err, VT_E_USAGE,
		    "there is no command \"%s\"; see vanthu --help", argv[1]);
		return fail(&cli, rc);
	}
	cli.argc = argc - 1;
	cli.argv = argv + 1;
	/* One line an event is for a server's journal, not for a person's
	 * terminal. */
	vt_log_setup(STDERR_FILENO, VT_LEVEL_ERROR);
	if ((rc = vt_base_init(&cli.err)) == VT_OK &&
	    (rc = vt_fetch_init(&cli.err)) == VT_OK)
		rc = cli.command->run(&cli);
	return rc < 0 ? fail(&cli, rc) : rc;
}
