#include "CTLS.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

struct footprint_tls_context {
    SSL_CTX *ssl;
};

struct footprint_tls {
    SSL *ssl;
    const uint8_t *input;
    size_t inputCount;
    uint8_t *output;
    size_t outputCount;
    size_t outputCapacity;
};

// What OpenSSL reads from and writes to: the bytes that were lent, and a buffer. OpenSSL's own memory BIO would do, but
// it keeps the largest buffer that it ever needed for as long as the connection lives.

static int bio_read(BIO *bio, char *into, int capacity) {
    footprint_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (tls->inputCount == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t count = tls->inputCount < (size_t)capacity ? tls->inputCount : (size_t)capacity;
    memcpy(into, tls->input, count);
    tls->input += count;
    tls->inputCount -= count;
    return (int)count;
}

static int bio_write(BIO *bio, const char *bytes, int count) {
    footprint_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    size_t needed = tls->outputCount + (size_t)count;
    if (needed > tls->outputCapacity) {
        size_t capacity = needed < 4096 ? 4096 : needed * 2;
        uint8_t *output = realloc(tls->output, capacity);
        if (output == NULL) return -1;
        tls->output = output;
        tls->outputCapacity = capacity;
    }
    memcpy(tls->output + tls->outputCount, bytes, (size_t)count);
    tls->outputCount = needed;
    return count;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *method;

static void make_method(void) {
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "footprint");
    if (method == NULL) return;
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
}

static CRYPTO_ONCE method_once = CRYPTO_ONCE_STATIC_INIT;

// The client's list does not count: ours has the better first. RFC 7301.
static int select_protocol(
    SSL *ssl, const unsigned char **chosen, unsigned char *chosenCount, const unsigned char *offered,
    unsigned int offeredCount, void *unused
) {
    (void)ssl, (void)unused;
    static const unsigned char ours[] = "\x02h2\x08http/1.1";
    unsigned char *found;
    int status = SSL_select_next_proto(&found, chosenCount, ours, sizeof ours - 1, offered, offeredCount);
    if (status != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

static void say(char *reason, size_t size, const char *what) {
    unsigned long code = ERR_peek_last_error();
    const char *why = code != 0 ? ERR_reason_error_string(code) : NULL;
    snprintf(reason, size, "%s%s%s", what, why != NULL ? ": " : "", why != NULL ? why : "");
    ERR_clear_error();
}

// A key with a passphrase would otherwise ask for it at the terminal.
static int no_passphrase(char *buffer, int size, int writing, void *unused) {
    (void)buffer, (void)size, (void)writing, (void)unused;
    return -1;
}

static SSL_CTX *make_context(const SSL_METHOD *side) {
    SSL_CTX *ssl = SSL_CTX_new(side);
    if (ssl == NULL) return NULL;
    SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
    SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Forward secrecy and authenticated encryption only (RFC 9325 4.2); TLS 1.3 has nothing else.
    SSL_CTX_set_cipher_list(ssl, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL");
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_default_passwd_cb(ssl, no_passphrase);
    return ssl;
}

footprint_tls_context *footprint_tls_context_create(
    const char *certificate, const char *key, char *reason, size_t size
) {
    ERR_clear_error();
    CRYPTO_THREAD_run_once(&method_once, make_method);
    SSL_CTX *ssl = method != NULL ? make_context(TLS_server_method()) : NULL;
    footprint_tls_context *context = ssl != NULL ? malloc(sizeof *context) : NULL;
    if (context == NULL) {
        say(reason, size, "out of memory");
        SSL_CTX_free(ssl);
        return NULL;
    }
    context->ssl = ssl;
    const char *trouble = NULL;
    if (SSL_CTX_use_certificate_chain_file(ssl, certificate) != 1) {
        trouble = "the certificate cannot be read as PEM";
    } else if (SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) != 1) {
        trouble = "the key cannot be read as PEM without a passphrase, or is not the certificate's";
    } else if (SSL_CTX_check_private_key(ssl) != 1) {
        trouble = "the key is not the certificate's";
    }
    if (trouble != NULL) {
        say(reason, size, trouble);
        footprint_tls_context_free(context);
        return NULL;
    }
    SSL_CTX_set_alpn_select_cb(ssl, select_protocol, NULL);
    // Sessions are resumed by tickets, which live with the client. Early data would let requests be replayed: it stays
    // off, as is OpenSSL's default.
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    return context;
}

void footprint_tls_context_free(footprint_tls_context *context) {
    if (context == NULL) return;
    SSL_CTX_free(context->ssl);
    free(context);
}

static footprint_tls *make_connection(SSL_CTX *context) {
    footprint_tls *tls = calloc(1, sizeof *tls);
    if (tls == NULL) return NULL;
    tls->ssl = SSL_new(context);
    BIO *bio = tls->ssl != NULL ? BIO_new(method) : NULL;
    if (bio == NULL) {
        footprint_tls_free(tls);
        return NULL;
    }
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    return tls;
}

footprint_tls *footprint_tls_accept(footprint_tls_context *context) {
    footprint_tls *tls = make_connection(context->ssl);
    if (tls != NULL) SSL_set_accept_state(tls->ssl);
    return tls;
}

footprint_tls *footprint_tls_connect(const char *authority, const char *name, const char *protocol) {
    CRYPTO_THREAD_run_once(&method_once, make_method);
    SSL_CTX *context = method != NULL ? make_context(TLS_client_method()) : NULL;
    if (context == NULL) return NULL;
    footprint_tls *tls = NULL;
    if (SSL_CTX_load_verify_file(context, authority) == 1) tls = make_connection(context);
    SSL_CTX_free(context);
    if (tls == NULL) return NULL;
    unsigned char offer[256];
    size_t count = strlen(protocol);
    offer[0] = (unsigned char)count;
    memcpy(offer + 1, protocol, count < 255 ? count : 255);
    SSL_set_alpn_protos(tls->ssl, offer, (unsigned int)count + 1);
    SSL_set_verify(tls->ssl, SSL_VERIFY_PEER, NULL);
    SSL_set1_host(tls->ssl, name);
    SSL_set_tlsext_host_name(tls->ssl, name);
    SSL_set_connect_state(tls->ssl);
    return tls;
}

void footprint_tls_free(footprint_tls *tls) {
    if (tls == NULL) return;
    SSL_free(tls->ssl);
    free(tls->output);
    free(tls);
}

void footprint_tls_feed(footprint_tls *tls, const void *bytes, size_t count) {
    tls->input = bytes;
    tls->inputCount = count;
}

int footprint_tls_read(footprint_tls *tls, void *into, int capacity) {
    // The queue of errors is the thread's: one that another connection left would be taken for this one's.
    ERR_clear_error();
    int count = SSL_read(tls->ssl, into, capacity);
    if (count > 0) return count;
    switch (SSL_get_error(tls->ssl, count)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return footprint_tls_wants_more;
    case SSL_ERROR_ZERO_RETURN:
        return footprint_tls_ended;
    default:
        return footprint_tls_failed;
    }
}

int footprint_tls_write(footprint_tls *tls, const void *bytes, int count) {
    if (count == 0) return 1;
    ERR_clear_error();
    return SSL_write(tls->ssl, bytes, count) == count ? 1 : footprint_tls_failed;
}

void footprint_tls_end(footprint_tls *tls) {
    ERR_clear_error();
    if (SSL_is_init_finished(tls->ssl)) SSL_shutdown(tls->ssl);
}

size_t footprint_tls_output(footprint_tls *tls, const void **bytes) {
    *bytes = tls->output;
    return tls->outputCount;
}

void footprint_tls_sent(footprint_tls *tls) {
    tls->outputCount = 0;
    if (tls->outputCapacity <= 4096) return;
    free(tls->output);
    tls->output = NULL;
    tls->outputCapacity = 0;
}

int footprint_tls_is_open(const footprint_tls *tls) { return SSL_is_init_finished(tls->ssl); }

int footprint_tls_is_http2(const footprint_tls *tls) {
    const unsigned char *name;
    unsigned int count;
    SSL_get0_alpn_selected(tls->ssl, &name, &count);
    return count == 2 && memcmp(name, "h2", 2) == 0;
}
