import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool, type Tool } from './run-tool.ts';

const openssl: Tool = {
  command: 'openssl',
  install:
    'Install OpenSSL (Debian: apt-get install openssl); it makes the certificates of servers with TLS.',
};

/** Files in PEM. */
export interface Certificate {
  readonly key: string;
  /** It signs itself, so it is also the authority that clients must trust. */
  readonly certificate: string;
  /** Key and certificate in one. */
  readonly keyAndCertificate: string;
}

/** For `localhost` and 127.0.0.1, of both of which the brokers tell their clients. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const keyAndCertificate = join(folder, 'key-and-certificate.pem');
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const subject = [
    '-subj',
    '/CN=localhost',
    '-addext',
    names,
    '-addext',
    'basicConstraints=critical,CA:TRUE',
  ];
  const files = ['-keyout', key, '-out', certificate];
  await runTool(
    openssl,
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', ...subject, ...files],
    60_000,
  );
  writeFileSync(keyAndCertificate, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'), {
    mode: 0o600,
  });
  return { key, certificate, keyAndCertificate };
}

/** The environment in which a Node process trusts the certificate: gRPC looks at the second, and then not at the first. */
export function trusting(certificate: Certificate | undefined): Readonly<Record<string, string>> {
  if (!certificate) return {};
  const { certificate: file } = certificate;
  return { NODE_EXTRA_CA_CERTS: file, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: file };
}
