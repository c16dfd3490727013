// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/exchange/file_tree.h"
#include "loci/model/model.h"

#include <memory>
#include <string>
#include <vector>

namespace loci {

struct ImportOptions {
  /// Who wrote the file: auto, or a name that 'loci import --list' shows.
  std::string family = "auto";
  /// Backbone, where the file does not say it (vgg16, resnet18_conv4, ...).
  std::string architecture;
  /// Pooling to use instead of the file's: netvlad, vlad, gem, max, mean, rmac.
  std::string pooling;
  /// ONNX: the node (or value) whose output is the last one taken.
  std::string last;
  /// ONNX: what the graph is given, where it does not say so: imagenet (RGB / 255 by ImageNet's
  /// mean and deviation), unit (RGB / 255), pixels (RGB) or caffe (BGR minus its mean).
  std::string input;
  /// OpenIBL: the .h5 of its PCA, for a checkpoint that has no whitening of its own.
  std::string pca;
  /// Clusters that are learnt from photos later, where the file has none.
  int num_clusters = 64;
  /// Keep this many whitened dimensions (0: all; the paper keeps the first D').
  int whitening_dim = 0;

  template <class V>
  void describe(V&& v) {
    v({"family", "who wrote the file: auto, or a name that 'loci import --list' shows"}, family);
    v({"architecture", "backbone, where the file does not say it (vgg16, resnet18_conv4, ...)"},
      architecture);
    v({"pooling", "pooling to use instead of the file's: netvlad, vlad, gem, max, mean, rmac"},
      pooling);
    v({"last", "ONNX: the node (or value) whose output is the last one taken"}, last);
    v({"input",
       "ONNX: what the graph is given, where it does not say so: imagenet (RGB / 255 by ImageNet's "
       "mean and deviation), unit (RGB / 255), pixels (RGB) or caffe (BGR minus its mean)"},
      input);
    v({"pca", "OpenIBL: the .h5 of its PCA, for a checkpoint that has no whitening of its own"},
      pca);
    v({"num_clusters", "clusters that are learnt from photos later, where the file has none"},
      num_clusters);
    v({"whitening_dim",
       "keep this many whitened dimensions (0: all; the paper keeps the first D')"},
      whitening_dim);
  }
};

/// What an import did, tensor by tensor.
struct ImportReport {
  struct Line {
    std::string from;   ///< name in the file, with its dtype and shape there
    std::string to;     ///< name in the model, empty: not used
    std::string found;  ///< "F32 64x512"
    std::string note;
  };
  std::string path, format, family, architecture;
  std::vector<Line> lines;
  std::vector<std::string> warnings;
  std::vector<std::string> checks;  ///< what the self-check looked at
  bool needs_clusters = false;      ///< `--init-from PHOTOS` has to learn them

  std::string to_text() const;
  std::string to_json() const;
};

struct ImportedModel {
  std::shared_ptr<const Model> model;
  ImportReport report;
};

/// Turns other people's weights into a loci model: spec, preprocessing, pooling, whitening, all by
/// the conventions of the system that wrote them (docs/formats/imports.md). Nothing of the file is
/// executed. Ends with a self-check: shapes against the architecture, no NaN or infinity, every
/// tensor either used or named.
/// Errors:  as read_tree; Unsupported when no family knows the file, listing those there are;
///          Corrupt with the tensor's name
Result<ImportedModel> import_model(const std::string& path, const ImportOptions& options = {});
/// The same of a file that is already read.
Result<ImportedModel> import_tree(const FileTree& tree, const ImportOptions& options = {});

struct ImportFamilyInfo {
  std::string name;
  std::string sentence;
};
std::vector<ImportFamilyInfo> import_families();

}  // namespace loci
