// SPDX-License-Identifier: GPL-3.0-or-later
// An OpenID provider for the tests: provider.mjs REDIRECT_BASE SECRET PORT.
// Its port is asked for beforehand. Anybody signs in under any name.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const [base, secret, port] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

function key(type, options, more) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', ...more };
}

function client(id, alg) {
  return {
    client_id: id,
    client_secret: secret,
    redirect_uris: [`${base}/${id}`],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    id_token_signed_response_alg: alg,
  };
}

const provider = new Provider(issuer, {
  clients: [client('rs', 'RS256'), client('es', 'ES256')],
  jwks: {
    keys: [
      key('rsa', { modulusLength: 2048 }, { alg: 'RS256', kid: 'rsa' }),
      key('ec', { namedCurve: 'P-256' }, { alg: 'ES256', kid: 'ec' }),
    ],
  },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
  cookies: { keys: ['a key of the tests'] },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
