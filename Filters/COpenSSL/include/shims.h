#ifndef SLUICE_COPENSSL_SHIMS_H
#define SLUICE_COPENSSL_SHIMS_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

// Macros of libssl.

static inline int sluice_ssl_ctx_set_min_version(SSL_CTX *context, int version) {
  return SSL_CTX_set_min_proto_version(context, version);
}
static inline int sluice_ssl_ctx_set_max_version(SSL_CTX *context, int version) {
  return SSL_CTX_set_max_proto_version(context, version);
}
static inline long sluice_ssl_ctx_set_mode(SSL_CTX *context, long mode) { return SSL_CTX_set_mode(context, mode); }
static inline long sluice_ssl_ctx_clear_mode(SSL_CTX *context, long mode) { return SSL_CTX_clear_mode(context, mode); }
static inline long sluice_ssl_ctx_set_session_cache_mode(SSL_CTX *context, long mode) {
  return SSL_CTX_set_session_cache_mode(context, mode);
}
static inline long sluice_ssl_ctx_set_groups(SSL_CTX *context, const char *list) {
  return SSL_CTX_set1_groups_list(context, list);
}
static inline long sluice_ssl_set_host_name(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, name); }
static inline long sluice_ssl_ctx_sessions(SSL_CTX *context) { return SSL_CTX_sess_number(context); }
static inline void sluice_ssl_ctx_set_server_name_callback(
  SSL_CTX *context, int (*callback)(SSL *, int *, void *), void *argument) {
  SSL_CTX_set_tlsext_servername_callback(context, callback);
  SSL_CTX_set_tlsext_servername_arg(context, argument);
}

/// Whether a cipher is among those that a connection may use.
static inline int sluice_ssl_has_cipher(const SSL *ssl, const SSL_CIPHER *cipher) {
  return sk_SSL_CIPHER_find(SSL_get_ciphers(ssl), cipher) >= 0;
}

/// Whether a context has a cipher whose servers sign with this kind of key (`NID_auth_rsa` and such).
static inline int sluice_ssl_ctx_has_authentication(const SSL_CTX *context, int kind) {
  const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(context);
  for (int index = 0; index < sk_SSL_CIPHER_num(ciphers); index++) {
    if (SSL_CIPHER_get_auth_nid(sk_SSL_CIPHER_value(ciphers, index)) == kind) return 1;
  }
  return 0;
}

// Macros of libcrypto.

static inline int sluice_err_library(unsigned long code) { return ERR_GET_LIB(code); }
static inline int sluice_err_reason(unsigned long code) { return ERR_GET_REASON(code); }
/// The bytes of a memory BIO; they are the BIO's.
static inline long sluice_bio_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

static inline void sluice_bio_reset(BIO *bio) { (void)BIO_reset(bio); }

// Stacks of certificates, whose functions are macros.

static inline int sluice_x509_stack_count(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *sluice_x509_stack_value(const STACK_OF(X509) *stack, int index) {
  return sk_X509_value(stack, index);
}
static inline STACK_OF(X509) *sluice_x509_stack_new(void) { return sk_X509_new_null(); }
static inline int sluice_x509_stack_push(STACK_OF(X509) *stack, X509 *certificate) {
  return sk_X509_push(stack, certificate);
}
/// Frees the certificates too.
static inline void sluice_x509_stack_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }

/// Calls `each` with the context, the bytes, their number, and whether they are an address, for the DNS names and the
/// IP addresses that a certificate is for.
void sluice_x509_alternative_names(
  X509 *certificate, void (*each)(void *, const unsigned char *, size_t, int), void *context);

static inline long sluice_ssl_set_mode(SSL *ssl, long mode) { return SSL_set_mode(ssl, mode); }
/// The number of the group of the key exchange, negative where there was none.
static inline long sluice_ssl_group(SSL *ssl) { return SSL_get_negotiated_group(ssl); }
static inline int sluice_ssl_version(const SSL *ssl) { return SSL_version(ssl); }
static inline long sluice_ssl_ctx_set_cache_size(SSL_CTX *context, long size) {
  return SSL_CTX_sess_set_cache_size(context, size);
}

/// What a BIO over segment chains answers to commands: there is nothing to flush, and it can do nothing else.
long sluice_wire_control(BIO *bio, int command, long number, void *pointer);

/// Has blocks that OpenSSL frees kept by size for the thread that freed them. 1 where that holds from now on; 0 where OpenSSL has
/// allocated already, or somebody gave it functions of their own. To be called once.
int sluice_openssl_keep_memory(void);

/// Prints a name as RFC 2253 says, with what is not printable escaped.
static inline int sluice_x509_name_print(BIO *bio, const X509_NAME *name) {
  return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

// Flags whose macros Swift cannot read.

static const unsigned long long SSL_OP_NO_RENEGOTIATION_ = SSL_OP_NO_RENEGOTIATION;
static const unsigned long long SSL_OP_NO_COMPRESSION_ = SSL_OP_NO_COMPRESSION;
static const unsigned long long SSL_OP_NO_TICKET_ = SSL_OP_NO_TICKET;
static const unsigned long long SSL_OP_CIPHER_SERVER_PREFERENCE_ = SSL_OP_CIPHER_SERVER_PREFERENCE;
static const unsigned long long SSL_OP_PRIORITIZE_CHACHA_ = SSL_OP_PRIORITIZE_CHACHA;
static const long SSL_MODE_ENABLE_PARTIAL_WRITE_ = SSL_MODE_ENABLE_PARTIAL_WRITE;
static const long SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER_ = SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER;
static const long SSL_MODE_NO_AUTO_CHAIN_ = SSL_MODE_NO_AUTO_CHAIN;
static const long SSL_MODE_AUTO_RETRY_ = SSL_MODE_AUTO_RETRY;

#endif
