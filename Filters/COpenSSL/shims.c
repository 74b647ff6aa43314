#include "COpenSSL.h"

// Asked several times for each record, so it is short.
long sluice_wire_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

void sluice_x509_alternative_names(
  X509 *certificate, void (*each)(void *, const unsigned char *, size_t, int), void *context) {
  GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
    // ASN.1 strings carry their length: a name with a NUL in it is given as it is, not cut short.
    if (name->type == GEN_DNS)
      each(context, ASN1_STRING_get0_data(name->d.dNSName), ASN1_STRING_length(name->d.dNSName), 0);
    if (name->type == GEN_IPADD)
      each(context, ASN1_STRING_get0_data(name->d.iPAddress), ASN1_STRING_length(name->d.iPAddress), 1);
  }
  GENERAL_NAMES_free(names);
}
