// SPDX-License-Identifier: GPL-2.0-or-later
// CertificateHashData: how a certificate is named (security extension).
#pragma once

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"

namespace ocpp {

/// Names a certificate by the hashes of its issuer and its serial number (security extension, OCPP-J only).
struct CertificateHashData {
  HashAlgorithm hashAlgorithm{};
  Text<128> issuerNameHash;
  Text<128> issuerKeyHash;
  Text<40> serialNumber;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(hashAlgorithm);
    FIELD(issuerNameHash);
    FIELD(issuerKeyHash);
    FIELD(serialNumber);
  }
};

}  // namespace ocpp
