/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "api/cli/cli.h"

#define OPTIONS_MAX 24

static void
print_command_help(const struct vt_command *c)
{
	printf("vanthu %s: %s\n\nUsage: vanthu %s\n\n%s"
	       "  --json          print one JSON object, errors too\n"
	       "  --lang vi|en    language of messages\n",
	    c->name, c->purpose, c->synopsis, c->help);
}

int
vt_cli_option(struct vt_cli *cli, const struct option *own)
{
	static const struct option shared[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "lang", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
	};
	struct option all[OPTIONS_MAX];
	size_t n = 0;
	int c;

	for (; own[n].name != NULL; n++) {
		VT_ASSERT(n < OPTIONS_MAX - 4);
		all[n] = own[n];
	}
	memcpy(all + n, shared, sizeof(shared));
	memset(&all[n + 3], 0, sizeof(all[0]));
	opterr = 0;
	for (;;) {
		c = getopt_long(cli->argc, cli->argv, ":o:h", all, NULL);
		switch (c) {
		case 'j': /* read ahead already */
			continue;
		case 'l':
			if (strcmp(optarg, "vi") == 0 ||
			    strcmp(optarg, "en") == 0)
				continue;
			return vt_err_set(&cli->err, VT_E_USAGE,
			    "--lang: \"vi\" or \"en\" wanted, \"%s\" given",
			    optarg);
		case 'h':
			print_command_help(cli->command);
			return 'h';
		case '?':
		case ':':
			return vt_err_set(&cli->err, VT_E_USAGE, "%s: %s",
			    cli->argv[optind - 1],
			    c == ':' ? "its value is missing"
				     : "no such option");
		default:
			return c;
		}
	}
}

int
vt_cli_operands(struct vt_cli *cli, int min, int max, char ***ret, int *ret_n)
{
	int n = cli->argc - optind;

	if (n < min)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "%d operand(s) wanted, %d given", min, n);
	if (n > max)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "\"%s\" is one operand too many", cli->argv[optind + max]);
	*ret = cli->argv + optind;
	*ret_n = n;
	return VT_OK;
}

int
vt_cli_rect(struct vt_cli *cli, const char *s, double ret[4])
{
	const char *p = s;
	char *end;

	for (int i = 0; i < 4; i++) {
		errno = 0;
		ret[i] = strtod(p, &end);
		if (end == p || errno != 0 ||
		    !(ret[i] > -1e6 && ret[i] < 1e6) ||
		    *end != (i < 3 ? ',' : '\0'))
			return vt_err_set(&cli->err, VT_E_USAGE,
			    "--rect: x,y,w,h in points wanted, \"%s\" given",
			    s);
		p = end + 1;
	}
	if (ret[2] <= 0 || ret[3] <= 0)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--rect: width and height must be positive");
	return VT_OK;
}

int
vt_cli_number(struct vt_cli *cli, const char *what, const char *s, long min,
    long max, long *ret)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(s, &end, 10);
	if (end == s || *end != '\0' || errno != 0 || v < min || v > max)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "%s: a number from %ld to %ld wanted, \"%s\" given", what,
		    min, max, s);
	*ret = v;
	return VT_OK;
}
