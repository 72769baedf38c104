// A key and two certificates for tests, signed by itself, for secure.example and expired.example: one is valid from 2020 to 2120, one was
// for a month of 2020. Nothing else trusts them, and nothing is kept under the key.
const pem = (what: string, text: string) => `-----BEGIN ${what}-----\n${text}\n-----END ${what}-----\n`;

export const TEST_KEY = pem(
  "EC PRIVATE KEY",
  `MHcCAQEEIHOp9x7T9dDnhu9qYUe05Mlkj95uNc87YLtfPaWf3PbFoAoGCCqGSM49
AwEHoUQDQgAEOwJXpfxtQf3Q5n0k9lUhSO9t6Cl6dSH+aNLeODul2DyD4BT7Gptf
8LJafb6x30kFrqDo2EF/lRh+EfYy2+30Nw==`,
);

export const GOOD_CERTIFICATE = pem(
  "CERTIFICATE",
  `MIIBfjCCASSgAwIBAgIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5zZWN1cmUu
ZXhhbXBsZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowGTEXMBUG
A1UEAwwOc2VjdXJlLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ7
Alel/G1B/dDmfST2VSFI723oKXp1If5o0t44O6XYPIPgFPsam1/wslp9vrHfSQWu
oOjYQX+VGH4R9jLb7fQ3o1swWTAMBgNVHRMEBTADAQH/MCoGA1UdEQQjMCGCDnNl
Y3VyZS5leGFtcGxlgg9leHBpcmVkLmV4YW1wbGUwHQYDVR0OBBYEFAmAwOl7cA9n
efeWdn9iMIuDaxhqMAoGCCqGSM49BAMCA0gAMEUCIQCbRDzFjAXpGR72OD5AFWZ3
VtXGhznK4rt6XQqmZU89EwIgbrwspHnbepJHIJE8VW+1qw2wWpHjQVVVjgCwYc77
Zlk=`,
);

export const EXPIRED_CERTIFICATE = pem(
  "CERTIFICATE",
  `MIIBezCCASKgAwIBAgIBAjAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5zZWN1cmUu
ZXhhbXBsZTAeFw0yMDAxMDEwMDAwMDBaFw0yMDAyMDEwMDAwMDBaMBkxFzAVBgNV
BAMMDnNlY3VyZS5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOwJX
pfxtQf3Q5n0k9lUhSO9t6Cl6dSH+aNLeODul2DyD4BT7Gptf8LJafb6x30kFrqDo
2EF/lRh+EfYy2+30N6NbMFkwDAYDVR0TBAUwAwEB/zAqBgNVHREEIzAhgg5zZWN1
cmUuZXhhbXBsZYIPZXhwaXJlZC5leGFtcGxlMB0GA1UdDgQWBBQJgMDpe3APZ3n3
lnZ/YjCLg2sYajAKBggqhkjOPQQDAgNHADBEAiAl8h4+ru1JvxF+Njx1PC99xvGy
2HaCdAGWxBCHaIVN2wIgQAw0wxzOjDHyjtJIhsjL+rEbPrFoct9fsBUZwIPSTCI=`,
);
