// SPDX-License-Identifier: GPL-2.0-or-later
// Which names a client certificate proves.
#include "bridge/tls_server.h"

#include <openssl/x509v3.h>

#include <memory>

#include "tests/support/test.h"

namespace {

using Names = std::vector<std::string>;

/// The names of a certificate with these common names and alternative names (as in openssl.cnf).
Names namesOf(const std::vector<std::string>& commonNames, const char* alternatives) {
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
  for (const std::string& name : commonNames)
    CPPUNIT_ASSERT_EQUAL(
        1, X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, V_ASN1_UTF8STRING,
                                      reinterpret_cast<const unsigned char*>(name.data()),
                                      static_cast<int>(name.size()), -1, 0));
  if (alternatives) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternatives);
    CPPUNIT_ASSERT(extension != nullptr);
    CPPUNIT_ASSERT_EQUAL(1, X509_add_ext(certificate.get(), extension, -1));
    X509_EXTENSION_free(extension);
  }
  return bridge::certificateNames(*certificate);
}

}  // namespace

TEST(certificateNamesKinds, "AU-1: a certificate proves its common names and its DNS and URI names, each once") {
  CPPUNIT_ASSERT(namesOf({"CP1"}, nullptr) == Names{"CP1"});
  CPPUNIT_ASSERT(namesOf({}, nullptr).empty());
  CPPUNIT_ASSERT(namesOf({"CP1"}, "DNS:CP1,URI:urn:cp:1,email:a@b.example,IP:10.0.0.1") == (Names{"CP1", "urn:cp:1"}));
  CPPUNIT_ASSERT(namesOf({"L\xc3\xa4ndle 7", "second"}, nullptr) == (Names{"L\xc3\xa4ndle 7", "second"}));
}

TEST(certificateNamesNul, "AU-1: a name with a NUL in it proves nothing, nor does the part before it") {
  CPPUNIT_ASSERT(namesOf({std::string("CP1\0.evil.example", 17), "CP2"}, nullptr) == Names{"CP2"});
  CPPUNIT_ASSERT(namesOf({""}, nullptr).empty());
}
