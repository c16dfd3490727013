// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Made by scripts/types.mjs from docs/openapi.json; change that and run `npm run types`.

/** Every failure of every route. The HTTP status follows from the code: 400, 401, 403, 404, 405, 408, 413, 415, 422, 500, 503, 503. */
export type Error = {
  /** what kind of failure */
  code: "InvalidArgument" | "Unauthorized" | "Forbidden" | "NotFound" | "MethodNotAllowed" | "Timeout" | "TooLarge" | "Unsupported" | "Corrupt" | "Io" | "Busy" | "Cancelled";
  /** a sentence for a person: what was found, what was expected, what to do */
  message: string;
};

/** One photo of the collection. */
export type Photo = {
  /** number of the photo in the collection; stays the same while it is in the collection */
  id: number;
  /** path of the file, as the command line prints it */
  image: string;
  /** last part of the path */
  name: string;
  /** pixels, as seen (EXIF orientation applied) */
  width: number;
  /** pixels */
  height: number;
  /** degrees north (WGS 84); null when the photo has no position */
  lat: number | null;
  /** degrees east */
  lon: number | null;
  /** direction of view, clockwise from north */
  heading_deg: number | null;
  /** local time without zone, such as 2015-06-21T12:00:00 */
  taken: string | null;
  /** number of its group in GET /v1/groups; null when it has none or groups are not computed yet */
  place: number | null;
};

/** The geometric check of a pair. */
export type Geometry = {
  /** where the features come from */
  method: "backbone" | "rootsift";
  /** mutual nearest neighbours between the two photos */
  candidates: number;
  /** of them, those that one geometry explains */
  inliers: number;
  /** what was estimated */
  geometry: "fundamental" | "homography" | "none";
  /** more inliers than photos of different places reach */
  verified: boolean;
};

/** A photo of the collection with its likeness to the query. Best first; with verify=true in the order of inliers and score together. */
export type Match = {
  /** number of the photo in the collection; stays the same while it is in the collection */
  id: number;
  /** path of the file, as the command line prints it */
  image: string;
  /** last part of the path */
  name: string;
  /** pixels, as seen (EXIF orientation applied) */
  width: number;
  /** pixels */
  height: number;
  /** degrees north (WGS 84); null when the photo has no position */
  lat: number | null;
  /** degrees east */
  lon: number | null;
  /** direction of view, clockwise from north */
  heading_deg: number | null;
  /** local time without zone, such as 2015-06-21T12:00:00 */
  taken: string | null;
  /** number of its group in GET /v1/groups; null when it has none or groups are not computed yet */
  place: number | null;
  /** cosine similarity of the descriptors, 1 for the same */
  score: number;
  /** from the estimated location; null without one or without a position */
  distance_m: number | null;
  /** only with verify=true */
  geometry: Geometry | null;
};

/** Where the query was taken, from the positions of its matches. */
export type Location = {
  lat: number;
  lon: number;
  /** about two thirds of the evidence lie within it: the circle to draw */
  radius_m: number;
  /** matches that agree */
  support: number;
  /** share of the evidence within the cluster, 0 to 1 */
  confidence: number;
};

export type Times = {
  /** waiting for a worker */
  queue_ms: number;
  /** decoding the photo and running the model; 0 when the answer came from stored descriptors */
  describe_ms: number;
  search_ms: number;
  /** geometric check; 0 without verify */
  verify_ms: number;
  /** in the server, from the last byte of the request */
  total_ms: number;
};

export type QueryAnswer = {
  /** What is known of the query. */
  query: {
    /** pixels as seen */
    width: number;
    height: number;
    /** what the photo itself states */
    lat: number | null;
    lon: number | null;
    taken: string | null;
    heading_deg: number | null;
    /** when the query is a photo of the collection */
    id: number | null;
  };
  matches: Match[];
  /** whether the collection knows the place: confidence from 0.9, from 0.5, below */
  verdict: "known" | "probably" | "unknown";
  /** the verdict is known */
  known_place: boolean;
  /** how probable it is that the best match shows the query's place */
  confidence: number;
  location: Location | null;
  /** why there is no location: the place is unknown (no_match, empty_collection), or its photos carry no position (no_positions); null with a location */
  unknown_reason: "no_match" | "no_positions" | "empty_collection" | null;
  /** the same as a sentence */
  unknown_message: string | null;
  /** whether the order is that of the geometric check */
  verified: boolean;
  times: Times;
};

/** A weight for each cell of a regular grid laid over the whole photo (upright, as the thumbnail shows it). Cells are equal in size: stretch the grid to the picture. */
export type Grid = {
  /** from the top */
  rows: number;
  /** from the left */
  cols: number;
  /** row by row, rows * cols numbers */
  values: number[];
};

/** A visual word that spoke for the match. The grids hold the soft assignment a_k(x) of each location to it, 0 to 1. */
export type Cluster = {
  /** k, from 0 */
  cluster: number;
  /** part of the unwhitened similarity that this cluster gives; those of all clusters sum to it. Negative where the photos disagree */
  agreement: number;
  query: Grid;
  match: Grid;
};

/** A region of the query and the region of the match that is its mutual nearest neighbour. */
export type Link = {
  query: {
    /** 0 left to 1 right */
    x: number;
    /** 0 top to 1 bottom */
    y: number;
    /** side of the region that was described, as a part of the photo's width */
    size: number;
  };
  match: {
    x: number;
    y: number;
    size: number;
  };
  /** cosine of the two features */
  similarity: number;
  /** the estimated geometry explains it */
  inlier: boolean;
};

/** Why a photo was matched. */
export type Why = {
  /** number of the photo in the collection; stays the same while it is in the collection */
  id: number;
  /** cosine similarity of the descriptors */
  score: number;
  /** the similarity before whitening, which is the sum of all contributions; null for models whose pooling is not a sum over locations */
  unwhitened_score: number | null;
  /** K of the model; 0 for models without clusters */
  num_clusters: number;
  /** what each location adds to the unwhitened similarity (the grids sum to it): the heat map. Null for models whose pooling is not a sum over locations */
  contribution: {
    query: Grid;
    match: Grid;
  } | null;
  /** those that agreed most, best first; empty for models without clusters */
  clusters: Cluster[];
  /** mutual matches, inliers first, at most `max_links` */
  links: Link[];
  geometry: Geometry;
  /** one sentence that says why, such as: 41 of 96 matched regions fit one geometry; clusters 12, 7 and 30 agree most */
  message: string;
};

export type Group = {
  /** number of the group, from 0, largest group first */
  place: number;
  /** that a person gave the place, or empty */
  name: string;
  /** photos, earliest first; those without a time last */
  ids: number[];
  /** the photo most like all the others: the picture to show */
  cover: number;
  /** verified pairs that hold it together */
  links: number;
  first_taken: string | null;
  last_taken: string | null;
  /** middle of the positions that its photos state */
  lat: number | null;
  lon: number | null;
  /** photos without a position for which the others propose one (loci locate) */
  proposals: number;
};

/** Photos of the collection grouped by place, found from the pictures alone. */
export type Groups = {
  /** running: being computed, ask again after Retry-After seconds; ready; failed: see message */
  state: "running" | "ready" | "failed";
  /** photos looked at */
  done: number;
  /** photos to look at */
  total: number;
  /** empty while running */
  groups: Group[];
  /** photos that are alone at their place */
  ungrouped: number;
  /** why it failed */
  message: string | null;
};

/** A place over time. */
export type Place = {
  /** number of the photo in the collection; stays the same while it is in the collection */
  id: number;
  /** appearance: the photo's group; position: photos within radius_m; both */
  basis: "appearance" | "position" | "both" | "none";
  /** the photo itself among them; by time, those without a time last */
  images: ({
    /** number of the photo in the collection; stays the same while it is in the collection */
    id: number;
    /** path of the file, as the command line prints it */
    image: string;
    /** last part of the path */
    name: string;
    /** pixels, as seen (EXIF orientation applied) */
    width: number;
    /** pixels */
    height: number;
    /** degrees north (WGS 84); null when the photo has no position */
    lat: number | null;
    /** degrees east */
    lon: number | null;
    /** direction of view, clockwise from north */
    heading_deg: number | null;
    /** local time without zone, such as 2015-06-21T12:00:00 */
    taken: string | null;
    /** number of its group in GET /v1/groups; null when it has none or groups are not computed yet */
    place: number | null;
    /** from the photo asked about */
    distance_m: number | null;
    /** cosine similarity to the photo asked about */
    score: number;
  })[];
};

/** All positions of the collection, a column each; element i of every array is photo i. */
export type MapPoints = {
  /** photos with a position */
  count: number;
  without_position: number;
  ids: number[];
  lat: number[];
  lon: number[];
  heading_deg: (number | null)[];
  /** seconds since 1970 as if UTC */
  taken: (number | null)[];
  /** null without positions */
  bounds: {
    south: number;
    west: number;
    north: number;
    /** less than west when the collection crosses the 180th meridian */
    east: number;
  } | null;
};

export type Stats = {
  /** of loci */
  version: string;
  images: number;
  with_position: number;
  with_time: number;
  first_taken: string | null;
  last_taken: string | null;
  model: {
    name: string;
    fingerprint: string;
    /** M */
    dim: number;
    features: "network" | "rootsift";
    pooling: string;
    num_clusters: number;
    precision: string;
  };
  /** POST /v1/images and DELETE are allowed */
  changeable: boolean;
  /** address of map tiles with {z}, {x} and {y}, as given to --tile-url; null: draw the grid */
  tile_url: string | null;
  /** who must be named on the map */
  tile_credit: string | null;
  limits: {
    max_upload_bytes: number;
    max_pixels: number;
    max_matches: number;
    /** photos waiting at most */
    queue: number;
    request_timeout_s: number;
  };
  /** photos waiting now */
  queue_depth: number;
  uptime_s: number;
};

export type Health = {
  status: "ok" | "stopping";
  version: string;
  images: number;
};

export type Added = {
  /** number of the photo in the collection; stays the same while it is in the collection */
  id: number;
  /** path of the stored file */
  image: string;
  /** unchanged: these bytes were uploaded before */
  state: "added" | "unchanged";
};

export type Removed = {
  /** number of the photo in the collection; stays the same while it is in the collection */
  id: number;
  image: string;
  /** true only for files that came by POST /v1/images; photos indexed from folders are forgotten, their files stay */
  file_deleted: boolean;
};

export type PhotoList = {
  total: number;
  images: Photo[];
  /** pass as `after` for the next page; null on the last */
  next_after: number | null;
};
