BEGIN TRANSACTION;
CREATE TABLE cells (
	field_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	symbol TEXT NOT NULL, 
	confidence DOUBLE NOT NULL, 
	probabilities BLOB NOT NULL, 
	crop BLOB NOT NULL, 
	PRIMARY KEY (field_id, position), 
	FOREIGN KEY(field_id) REFERENCES fields (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "cells" VALUES(1,0,'7',9.99999999999999888977e-01,X'660AD7233C09F2143D2877803D4B75B63D6F73EC3DC938113EDB372C3EEC36473EFE35623E10357D3E111A8C3E9A99993E',X'631805C403462666165636760E4E2E6E1E5E3E7E0141216111513171094929691959397905452565155535750D4D2D6D1D5D3D7D03432363135333730B4B2B6B1B5B3B7B07472767175737770F4F2F6F1F5F3FFF80C0A0E090D0B0F088C8A8E898D8B8F884C4A4E494D4B4F48CCCACEC9CDCBCFC82C2A2E292D2B2F28ACAAAEA9ADABAFA86C6A6E696D6B6F68ECEAEEE9EDEBEFE0913274D9E3275DAF4193367CD9E3377DEFC050B172D5EB274D9F2152B57AD5EB376DDFA0D1B376DDEB275DB76865140340000');
INSERT INTO "cells" VALUES(1,1,'_',0.1,X'',X'');
CREATE TABLE entries (
	name TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	status TEXT, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE fields (
	id INTEGER NOT NULL, 
	page_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	form TEXT NOT NULL, 
	field TEXT NOT NULL, 
	value TEXT NOT NULL, 
	cells TEXT NOT NULL, 
	confidence DOUBLE NOT NULL, 
	status TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	cell_confidences BLOB NOT NULL, 
	x INTEGER NOT NULL, 
	y INTEGER NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	machine_value TEXT NOT NULL, 
	reviewer TEXT NOT NULL, 
	kind TEXT, 
	quads TEXT NOT NULL, 
	numbers TEXT NOT NULL, 
	number_confidences BLOB NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (page_id, position), 
	FOREIGN KEY(page_id) REFERENCES pages (id) ON DELETE CASCADE
);
INSERT INTO "fields" VALUES(1,1,0,'ballot','one','7','7_',6.66666666666666629659e-01,'review','low_confidence',X'64343333333333D33F555555555555D53F',1,2,3,4,'1','','comb','[[1.1,2.0,3.3,4.0,5.5,6.0,7.7,8.0],[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8]]','[]',X'');
CREATE TABLE leases (
	sha256 TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	until DOUBLE NOT NULL, 
	PRIMARY KEY (sha256)
);
CREATE TABLE meta (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "meta" VALUES(1,1,1);
CREATE TABLE pages (
	id INTEGER NOT NULL, 
	scan_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	page INTEGER, 
	form TEXT NOT NULL, 
	status TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	residual_mm DOUBLE, 
	dpi DOUBLE, 
	rotation INTEGER, 
	side INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (scan_id, position), 
	FOREIGN KEY(scan_id) REFERENCES scans (id) ON DELETE CASCADE
);
INSERT INTO "pages" VALUES(1,1,0,1,'ballot','done','',1.42857142857142849212e-01,299.9994,90,1);
CREATE TABLE projections (
	id INTEGER NOT NULL, 
	made_with TEXT NOT NULL, 
	files TEXT NOT NULL, 
	counts TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE provenances (
	id INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	seen_with TEXT NOT NULL, 
	decided_with TEXT NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (sha256)
);
INSERT INTO "provenances" VALUES(1,'ef799a6da47e9480fa359b0721f1cf054f3c35f4cf4719f47eed0c1a58c506aa','b57b6f123788a83bb2cb6f469687226b454084f2408dffda21ef924daf0818cf','86ff308d14b2aa07ab4c8b9197967e44372bdbb8d2e4627da80103b612c389d7','{"version": "0.1.0", "model": "seed", "model_sha256": "abababababababababababababababababababababababababababababababab", "threshold": 0.999, "templates": [{"form": "ballot", "version": 2, "sha256": "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd", "layout_sha256": "efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef"}], "limits": {"max_pixels": 10000000, "max_pages": 20, "max_bytes": 30000000}}');
CREATE TABLE purges (
	id INTEGER NOT NULL, 
	purged_at INTEGER NOT NULL, 
	purged_by TEXT NOT NULL, 
	older_than_days INTEGER NOT NULL, 
	images_only BOOLEAN NOT NULL, 
	scans INTEGER NOT NULL, 
	pages INTEGER NOT NULL, 
	fields INTEGER NOT NULL, 
	images INTEGER NOT NULL, 
	sha256s TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE scans (
	id INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	source TEXT NOT NULL, 
	name TEXT NOT NULL, 
	superseded BOOLEAN DEFAULT 0 NOT NULL, 
	purged BOOLEAN DEFAULT 0 NOT NULL, 
	provenance_id INTEGER NOT NULL, 
	read_at INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (sha256), 
	FOREIGN KEY(provenance_id) REFERENCES provenances (id)
);
INSERT INTO "scans" VALUES(1,'a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4','a.pdf','a.pdf',0,0,1,1700000000,1);
CREATE TABLE strips (
	field_id INTEGER NOT NULL, 
	jpeg BLOB NOT NULL, 
	x INTEGER NOT NULL, 
	y INTEGER NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	PRIMARY KEY (field_id), 
	FOREIGN KEY(field_id) REFERENCES fields (id) ON DELETE CASCADE
);
INSERT INTO "strips" VALUES(1,X'FFD82061207069637475726520FFD9',1,2,30,40);
CREATE INDEX ix_entries_sha256 ON entries (sha256);
CREATE INDEX ix_leases_owner ON leases (owner);
CREATE UNIQUE INDEX scans_name ON scans (name) WHERE superseded = 0 AND purged = 0;
CREATE INDEX cells_symbol ON cells (symbol, confidence);
COMMIT;
