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
static inline void sluice_ssl_ctx_set_read_ahead(SSL_CTX *context, int on) { SSL_CTX_set_read_ahead(context, on); }
static inline long sluice_ssl_ctx_set_session_cache_mode(SSL_CTX *context, long mode) {
  return SSL_CTX_set_session_cache_mode(context, mode);
}
static inline long sluice_ssl_ctx_set_groups(SSL_CTX *context, const char *list) {
  return SSL_CTX_set1_groups_list(context, list);
}
static inline long sluice_ssl_ctx_set_signature_algorithms(SSL_CTX *context, const char *list) {
  return SSL_CTX_set1_sigalgs_list(context, list);
}
/// Takes a reference of its own.
static inline long sluice_ssl_ctx_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
  return SSL_CTX_add1_chain_cert(context, certificate);
}
static inline long sluice_ssl_set_host_name(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, name); }
static inline long sluice_ssl_ctx_sessions(SSL_CTX *context) { return SSL_CTX_sess_number(context); }
static inline void sluice_ssl_ctx_set_server_name_callback(
  SSL_CTX *context, int (*callback)(SSL *, int *, void *), void *argument) {
  SSL_CTX_set_tlsext_servername_callback(context, callback);
  SSL_CTX_set_tlsext_servername_arg(context, argument);
}

// Macros of libcrypto.

static inline int sluice_err_library(unsigned long code) { return ERR_GET_LIB(code); }
static inline int sluice_err_reason(unsigned long code) { return ERR_GET_REASON(code); }
static inline EVP_PKEY *sluice_ec_generate(const char *curve) { return EVP_EC_gen(curve); }
static inline EVP_PKEY *sluice_rsa_generate(unsigned int bits) { return EVP_RSA_gen(bits); }
/// The bytes of a memory BIO; they are the BIO's.
static inline long sluice_bio_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

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

#endif
