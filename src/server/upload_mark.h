// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace loci::internal {

/// A small file beside an upload, `.pending-NAME`, while the upload is added or removed: a server that is killed in
/// between leaves it, and the next one knows which file to look at. What this process has in hand is locked.
class UploadMark {
 public:
  /// Without one, where none can be made (a full disk must keep nobody from removing photos), nothing is different but
  /// what a kill leaves.
  explicit UploadMark(const std::string& upload);
  ~UploadMark();
  UploadMark(const UploadMark&) = delete;
  UploadMark& operator=(const UploadMark&) = delete;

 private:
  std::string path_;
  int fd_ = -1;
};

/// For every mark that no living process holds: removes the upload unless `is_known(path)`, and the mark. An upload
/// whose request was answered has no mark, so nothing that was promised goes. Returns how many uploads went.
int remove_interrupted_uploads(const std::string& folder,
                               const std::function<bool(const std::string& path)>& is_known);

}  // namespace loci::internal
