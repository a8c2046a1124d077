#ifndef FOOTPRINT_TLS_H
#define FOOTPRINT_TLS_H

#include <stddef.h>
#include <stdint.h>

// TLS by OpenSSL, as a translation of bytes: what a socket received goes in, what the application said comes out, and
// the other way round. No call of OpenSSL here touches a socket, so nothing here waits. Here because much of OpenSSL's
// interface is macros.

/// A certificate with its key, and the rules for connections: TLS 1.2 and newer, HTTP/2 and HTTP/1.1 offered.
typedef struct footprint_tls_context footprint_tls_context;

/// One connection.
typedef struct footprint_tls footprint_tls;

/// Reads a PEM certificate chain and its PEM key. NULL where they cannot be used; `reason` then says why.
footprint_tls_context *footprint_tls_context_create(const char *certificate, const char *key, char *reason, size_t size);
void footprint_tls_context_free(footprint_tls_context *context);

/// The server's end of a new connection; it keeps the context alive. NULL where memory is short.
footprint_tls *footprint_tls_accept(footprint_tls_context *context);
/// The client's end, for tests: trusts the PEM certificates in `authority`, expects `name`, offers one protocol.
footprint_tls *footprint_tls_connect(const char *authority, const char *name, const char *protocol);
void footprint_tls_free(footprint_tls *tls);

/// Lends received bytes until the next call; they must stay where they are until `footprint_tls_read` wants more.
void footprint_tls_feed(footprint_tls *tls, const void *bytes, size_t count);

/// What `footprint_tls_read` returns where it has no bytes. `ended`: the other side said that it sends no more.
static const int footprint_tls_wants_more = 0;
static const int footprint_tls_ended = -1;
static const int footprint_tls_failed = -2;

/// Takes what the other side said; shakes hands first. The number of bytes, or one of the above.
int footprint_tls_read(footprint_tls *tls, void *into, int capacity);
/// Says something; after the handshake only. 1, or `footprint_tls_failed`.
int footprint_tls_write(footprint_tls *tls, const void *bytes, int count);
/// Says that nothing more will be said.
void footprint_tls_end(footprint_tls *tls);

/// What must be sent, until the next call here; `footprint_tls_sent` forgets it.
size_t footprint_tls_output(footprint_tls *tls, const void **bytes);
void footprint_tls_sent(footprint_tls *tls);

int footprint_tls_is_open(const footprint_tls *tls);
/// Whether both sides chose HTTP/2.
int footprint_tls_is_http2(const footprint_tls *tls);

#endif
