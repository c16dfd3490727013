// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Digests of the catalogue's values, which format version 2 brought.
#include "catalogue.h"
#include "image_row.h"

#include "loci/base/sha256.h"
#include "loci/base/text.h"

namespace loci {

Result<std::string> Catalogue::digest_of_facts() const {
  LOCI_TRY(s, db_.prepare("SELECT name, value FROM facts WHERE name <> ? ORDER BY name"));
  s.bind_text(1, kDigestOfFacts);
  std::string text;
  for (;;) {
    LOCI_TRY(row, s.step());
    if (!row) break;
    const std::string value = s.bytes(1);
    text += s.bytes(0) + ' ' + std::to_string(value.size()) + ' ' + value + '\n';
  }
  return sha256_hex({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

Status Catalogue::bring_up_to_date() const {
  LOCI_TRY(version, db_.integer("PRAGMA user_version"));
  if (version >= kFormatVersion) return {};
  LOCI_TRY(transaction, Transaction::begin_write(db_));
  LOCI_RETURN_IF_ERROR(db_.exec("ALTER TABLE images ADD COLUMN digest TEXT"));
  std::vector<StoredImage> images;
  LOCI_RETURN_IF_ERROR(
      each_image([&](StoredImage&& stored) { images.push_back(std::move(stored)); }));
  LOCI_TRY(update, db_.prepare("UPDATE images SET digest = ? WHERE id = ?"));
  for (const StoredImage& stored : images) {
    LOCI_RETURN_IF_ERROR(update.bind_text(1, digest_of(stored)).bind(2, stored.image.id).run());
  }
  LOCI_TRY(dim, fact("dim"));
  LOCI_RETURN_IF_ERROR(set_fact("dim", dim));  // and with it the digest of all facts
  LOCI_RETURN_IF_ERROR(db_.exec(format("PRAGMA user_version = %d", kFormatVersion).c_str()));
  return transaction.commit();
}

Status Catalogue::check_digests(std::vector<std::string>* problems) const {
  LOCI_TRY(version, db_.integer("PRAGMA user_version"));
  if (version < 2) return {};
  LOCI_TRY(transaction, Transaction::begin_read(db_));
  std::string columns(kImageColumns);
  columns.insert(columns.find(" FROM"), ", digest");
  LOCI_TRY(s, db_.prepare(columns + " ORDER BY id"));
  for (;;) {
    LOCI_TRY(row, s.step());
    if (!row) break;
    const StoredImage stored = read_image(s);
    if (s.bytes(14) == digest_of(stored)) continue;
    problems->push_back(printable(stored.image.path) +
                        ": its entry in the catalogue is not what was written; remove it from the "
                        "collection and index it again");
  }
  LOCI_TRY(expected, digest_of_facts());
  LOCI_TRY(found, fact(std::string(kDigestOfFacts)));
  if (found != expected) {
    problems->push_back(db_.where() +
                        ": the facts of the collection are not what was written; index the "
                        "photographs into a new folder");
  }
  return {};
}

}  // namespace loci
