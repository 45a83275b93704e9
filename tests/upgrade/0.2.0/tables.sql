-- The database of an app that was killed with its tables in every state, recorded by `./dev release 0.2.0`.
-- Batches end with GO, as query tools read them; the database must be empty.
CREATE SCHEMA [az_func];
GO
CREATE SCHEMA [relay];
GO
CREATE TABLE [az_func].[GlobalState] (
    [UserFunctionID] char(16) NOT NULL,
    [UserTableID] int NOT NULL,
    [LastSyncVersion] bigint NOT NULL,
    [LastAccessTime] datetime NOT NULL DEFAULT (getutcdate()),
    PRIMARY KEY CLUSTERED ([UserFunctionID], [UserTableID])
);
GO
INSERT INTO [az_func].[GlobalState] ([UserFunctionID], [UserTableID], [LastSyncVersion], [LastAccessTime]) VALUES
    (N'027cf48ccb88ebaf', 901578250, 0, N'2026-11-27T01:02:10.433'),
    (N'2dbbaaad4f1f4146', 1029578706, 0, N'2026-11-27T01:02:10.523'),
    (N'46dfbb633e35aa49', 1029578706, 0, N'2026-11-27T01:02:10.503'),
    (N'53d344c49685903c', 1093578934, 0, N'2026-11-27T01:02:10.543'),
    (N'663337ef3cb0049c', 1029578706, 0, N'2026-11-27T01:02:10.643'),
    (N'6987d56d0772474f', 965578478, 4, N'2026-11-27T01:04:45.440'),
    (N'd2c5f58935f6a8b6', 1029578706, 0, N'2026-11-27T01:02:10.613'),
    (N'dbae714b7c642c49', 933578364, 0, N'2026-11-27T01:02:10.577'),
    (N'e05c84c22758f77c', 1061578820, 12, N'2026-11-27T01:02:10.453'),
    (N'e0ab6c27bed25fc4', 997578592, 8, N'2026-11-27T01:05:10.543');
GO
CREATE TABLE [az_func].[Leases_upgraded-app_archive] (
    [StockId] int NOT NULL,
    [_az_func_ChangeVersion] bigint NOT NULL,
    [_az_func_AttemptCount] int NOT NULL,
    [_az_func_LeaseExpirationTime] datetime2(7) NULL,
    PRIMARY KEY CLUSTERED ([StockId])
);
GO
CREATE TABLE [az_func].[Leases_upgraded-app_goods] (
    [GoodId] int NOT NULL,
    [_az_func_ChangeVersion] bigint NOT NULL,
    [_az_func_AttemptCount] int NOT NULL,
    [_az_func_LeaseExpirationTime] datetime2(7) NULL,
    PRIMARY KEY CLUSTERED ([GoodId])
);
GO
INSERT INTO [az_func].[Leases_upgraded-app_goods] ([GoodId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (1, 9, 1, N'2026-11-27T01:05:13.5577160');
GO
CREATE TABLE [az_func].[Leases_upgraded-app_labels] (
    [StockId] int NOT NULL,
    [_az_func_ChangeVersion] bigint NOT NULL,
    [_az_func_AttemptCount] int NOT NULL,
    [_az_func_LeaseExpirationTime] datetime2(7) NULL,
    PRIMARY KEY CLUSTERED ([StockId])
);
GO
CREATE TABLE [az_func].[Leases_upgraded-app_letters] (
    [LetterId] int NOT NULL,
    [_az_func_ChangeVersion] bigint NOT NULL,
    [_az_func_AttemptCount] int NOT NULL,
    [_az_func_LeaseExpirationTime] datetime2(7) NULL,
    PRIMARY KEY CLUSTERED ([LetterId])
);
GO
CREATE TABLE [az_func].[Leases_upgraded-app_lines] (
    [OrderId] int NOT NULL,
    [Line] nvarchar(40) NOT NULL,
    [_az_func_ChangeVersion] bigint NOT NULL,
    [_az_func_AttemptCount] int NOT NULL,
    [_az_func_LeaseExpirationTime] datetime2(7) NULL,
    PRIMARY KEY CLUSTERED ([OrderId], [Line])
);
GO
INSERT INTO [az_func].[Leases_upgraded-app_lines] ([OrderId], [Line], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (1, N'a', 2, 0, NULL),
    (2, N'O''Neill', 2, 0, NULL),
    (3, N'c', 6, 5, N'2026-11-27T01:05:08.9378881'),
    (4, N'd', 6, 5, N'2026-11-27T01:05:08.9378881');
GO
CREATE TABLE [az_func].[Leases_upgraded-app_notes] (
    [NoteId] int NOT NULL,
    [_az_func_ChangeVersion] bigint NOT NULL,
    [_az_func_AttemptCount] int NOT NULL,
    [_az_func_LeaseExpirationTime] datetime2(7) NULL,
    PRIMARY KEY CLUSTERED ([NoteId])
);
GO
CREATE TABLE [az_func].[Leases_upgraded-app_orders] (
    [OrderId] int NOT NULL,
    [_az_func_ChangeVersion] bigint NOT NULL,
    [_az_func_AttemptCount] int NOT NULL,
    [_az_func_LeaseExpirationTime] datetime2(7) NULL,
    PRIMARY KEY CLUSTERED ([OrderId])
);
GO
INSERT INTO [az_func].[Leases_upgraded-app_orders] ([OrderId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (1, 1, 0, NULL),
    (2, 1, 0, NULL),
    (3, 1, 0, NULL),
    (801, 5, 5, N'2026-11-27T01:05:08.9773739'),
    (802, 5, 5, N'2026-11-27T01:05:08.9773739'),
    (803, 5, 5, N'2026-11-27T01:05:08.9773739'),
    (901, 13, 1, N'2026-11-27T01:05:25.4058543'),
    (902, 13, 1, N'2026-11-27T01:05:25.4058543'),
    (903, 13, 1, N'2026-11-27T01:05:25.4058543');
GO
CREATE TABLE [az_func].[Leases_upgraded-app_parts] (
    [PartId] int NOT NULL,
    [_az_func_ChangeVersion] bigint NOT NULL,
    [_az_func_AttemptCount] int NOT NULL,
    [_az_func_LeaseExpirationTime] datetime2(7) NULL,
    PRIMARY KEY CLUSTERED ([PartId])
);
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (1, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (2, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (3, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (4, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (5, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (6, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (7, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (8, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (9, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (10, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (11, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (12, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (13, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (14, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (15, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (16, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (17, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (18, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (19, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (20, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (21, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (22, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (23, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (24, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (25, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (26, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (27, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (28, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (29, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (30, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (31, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (32, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (33, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (34, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (35, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (36, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (37, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (38, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (39, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (40, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (41, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (42, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (43, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (44, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (45, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (46, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (47, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (48, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (49, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (50, 10, 1, N'2026-11-27T01:05:13.5880872');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (51, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (52, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (53, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (54, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (55, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (56, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (57, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (58, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (59, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (60, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (61, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (62, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (63, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (64, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (65, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (66, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (67, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (68, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (69, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (70, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (71, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (72, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (73, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (74, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (75, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (76, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (77, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (78, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (79, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (80, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (81, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (82, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (83, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (84, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (85, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (86, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (87, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (88, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (89, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (90, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (91, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (92, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (93, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (94, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (95, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (96, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (97, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (98, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (99, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (100, 10, 1, N'2026-11-27T01:05:13.5880872');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (101, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (102, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (103, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (104, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (105, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (106, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (107, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (108, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (109, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (110, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (111, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (112, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (113, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (114, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (115, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (116, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (117, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (118, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (119, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (120, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (121, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (122, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (123, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (124, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (125, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (126, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (127, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (128, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (129, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (130, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (131, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (132, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (133, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (134, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (135, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (136, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (137, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (138, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (139, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (140, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (141, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (142, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (143, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (144, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (145, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (146, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (147, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (148, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (149, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (150, 10, 1, N'2026-11-27T01:05:13.5880872');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (151, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (152, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (153, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (154, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (155, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (156, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (157, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (158, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (159, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (160, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (161, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (162, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (163, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (164, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (165, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (166, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (167, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (168, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (169, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (170, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (171, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (172, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (173, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (174, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (175, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (176, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (177, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (178, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (179, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (180, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (181, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (182, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (183, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (184, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (185, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (186, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (187, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (188, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (189, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (190, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (191, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (192, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (193, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (194, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (195, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (196, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (197, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (198, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (199, 10, 1, N'2026-11-27T01:05:13.5880872'),
    (200, 10, 1, N'2026-11-27T01:05:13.5880872');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (201, 10, 1, N'2026-11-27T01:05:13.5880872');
GO
CREATE TABLE [az_func].[Leases_upgraded-app_shelves] (
    [StockId] int NOT NULL,
    [_az_func_ChangeVersion] bigint NOT NULL,
    [_az_func_AttemptCount] int NOT NULL,
    [_az_func_LeaseExpirationTime] datetime2(7) NULL,
    PRIMARY KEY CLUSTERED ([StockId])
);
GO
CREATE TABLE [az_func].[Leases_upgraded-app_stock] (
    [StockId] int NOT NULL,
    [_az_func_ChangeVersion] bigint NOT NULL,
    [_az_func_AttemptCount] int NOT NULL,
    [_az_func_LeaseExpirationTime] datetime2(7) NULL,
    PRIMARY KEY CLUSTERED ([StockId])
);
GO
CREATE TABLE [dbo].[Goods] (
    [GoodId] int NOT NULL,
    [Name] nvarchar(40) NULL,
    PRIMARY KEY CLUSTERED ([GoodId])
);
GO
INSERT INTO [dbo].[Goods] ([GoodId], [Name]) VALUES
    (1, N'1');
GO
CREATE TABLE [dbo].[Letters] (
    [LetterId] int NOT NULL,
    [Text] nvarchar(40) NULL,
    PRIMARY KEY CLUSTERED ([LetterId])
);
GO
INSERT INTO [dbo].[Letters] ([LetterId], [Text]) VALUES
    (1, N'1'),
    (2, N'2'),
    (3, N'3'),
    (4, N'4'),
    (5, N'5'),
    (6, N'6'),
    (7, N'7'),
    (8, N'8'),
    (9, N'9'),
    (10, N'10'),
    (11, N'11'),
    (12, N'12'),
    (13, N'13'),
    (14, N'14'),
    (15, N'15'),
    (16, N'16'),
    (17, N'17'),
    (18, N'18'),
    (19, N'19'),
    (20, N'20'),
    (21, N'21'),
    (22, N'22'),
    (23, N'23'),
    (24, N'24'),
    (25, N'25'),
    (26, N'26'),
    (27, N'27'),
    (28, N'28'),
    (29, N'29'),
    (30, N'30'),
    (31, N'31'),
    (32, N'32'),
    (33, N'33'),
    (34, N'34'),
    (35, N'35'),
    (36, N'36'),
    (37, N'37'),
    (38, N'38'),
    (39, N'39'),
    (40, N'40'),
    (41, N'41'),
    (42, N'42'),
    (43, N'43'),
    (44, N'44'),
    (45, N'45'),
    (46, N'46'),
    (47, N'47'),
    (48, N'48'),
    (49, N'49'),
    (50, N'50');
GO
INSERT INTO [dbo].[Letters] ([LetterId], [Text]) VALUES
    (51, N'51'),
    (52, N'52'),
    (53, N'53'),
    (54, N'54'),
    (55, N'55'),
    (56, N'56'),
    (57, N'57'),
    (58, N'58'),
    (59, N'59'),
    (60, N'60'),
    (61, N'61'),
    (62, N'62'),
    (63, N'63'),
    (64, N'64'),
    (65, N'65'),
    (66, N'66'),
    (67, N'67'),
    (68, N'68'),
    (69, N'69'),
    (70, N'70'),
    (71, N'71'),
    (72, N'72'),
    (73, N'73'),
    (74, N'74'),
    (75, N'75'),
    (76, N'76'),
    (77, N'77'),
    (78, N'78'),
    (79, N'79'),
    (80, N'80'),
    (81, N'81'),
    (82, N'82'),
    (83, N'83'),
    (84, N'84'),
    (85, N'85'),
    (86, N'86'),
    (87, N'87'),
    (88, N'88'),
    (89, N'89'),
    (90, N'90'),
    (91, N'91'),
    (92, N'92'),
    (93, N'93'),
    (94, N'94'),
    (95, N'95'),
    (96, N'96'),
    (97, N'97'),
    (98, N'98'),
    (99, N'99'),
    (100, N'100');
GO
INSERT INTO [dbo].[Letters] ([LetterId], [Text]) VALUES
    (101, N'101'),
    (102, N'102'),
    (103, N'103'),
    (104, N'104'),
    (105, N'105'),
    (106, N'106'),
    (107, N'107'),
    (108, N'108'),
    (109, N'109'),
    (110, N'110'),
    (111, N'111'),
    (112, N'112'),
    (113, N'113'),
    (114, N'114'),
    (115, N'115'),
    (116, N'116'),
    (117, N'117'),
    (118, N'118'),
    (119, N'119'),
    (120, N'120');
GO
CREATE TABLE [dbo].[Lines] (
    [OrderId] int NOT NULL,
    [Line] nvarchar(20) NOT NULL,
    [Quantity] int NULL,
    PRIMARY KEY CLUSTERED ([OrderId], [Line])
);
GO
INSERT INTO [dbo].[Lines] ([OrderId], [Line], [Quantity]) VALUES
    (1, N'a', 1),
    (2, N'O''Neill', 2),
    (3, N'c', 3),
    (4, N'd', NULL);
GO
CREATE TABLE [dbo].[Notes] (
    [NoteId] int NOT NULL,
    [Text] nvarchar(40) NULL,
    PRIMARY KEY CLUSTERED ([NoteId])
);
GO
INSERT INTO [dbo].[Notes] ([NoteId], [Text]) VALUES
    (1, N'1'),
    (2, N'2'),
    (3, N'3'),
    (4, N'4'),
    (5, N'5');
GO
CREATE TABLE [dbo].[Orders] (
    [OrderId] int NOT NULL,
    [Status] nvarchar(40) NULL,
    [Total] decimal(19, 4) NULL,
    PRIMARY KEY CLUSTERED ([OrderId])
);
GO
INSERT INTO [dbo].[Orders] ([OrderId], [Status], [Total]) VALUES
    (1, N'1', NULL),
    (2, N'2', NULL),
    (3, N'3', NULL),
    (801, N'801', NULL),
    (802, N'802', NULL),
    (803, N'803', NULL),
    (901, N'901', NULL),
    (902, N'902', NULL),
    (903, N'903', NULL);
GO
CREATE TABLE [dbo].[Parts] (
    [PartId] int NOT NULL,
    [Name] nvarchar(40) NULL,
    PRIMARY KEY CLUSTERED ([PartId])
);
GO
INSERT INTO [dbo].[Parts] ([PartId], [Name]) VALUES
    (1001, N'1001'),
    (1002, N'1002');
GO
CREATE TABLE [dbo].[Stock] (
    [StockId] int NOT NULL,
    [Amount] int NULL,
    PRIMARY KEY CLUSTERED ([StockId])
);
GO
INSERT INTO [dbo].[Stock] ([StockId], [Amount]) VALUES
    (1, 1),
    (2, 2),
    (3, 3),
    (4, 4),
    (5, 5),
    (6, 6),
    (7, 7),
    (8, 8),
    (9, 9),
    (10, 10),
    (11, 11),
    (12, 12);
GO
CREATE TABLE [relay].[Backfill] (
    [App] nvarchar(60) NOT NULL,
    [Relay] nvarchar(40) NOT NULL,
    [Number] int NOT NULL,
    [State] varchar(10) NOT NULL,
    [Reason] nvarchar(100) NOT NULL,
    [Condition] nvarchar(max) NOT NULL,
    [PageRows] int NOT NULL,
    [RowsPerSecond] float NOT NULL,
    [BaseVersion] bigint NOT NULL,
    [Cursor] nvarchar(max) NOT NULL,
    [Total] bigint NOT NULL,
    [Done] bigint NOT NULL,
    [Delivered] bigint NOT NULL,
    [Filtered] bigint NOT NULL,
    [Rejected] bigint NOT NULL,
    [Failed] bigint NOT NULL,
    [StartedAt] datetime2(3) NOT NULL,
    [UpdatedAt] datetime2(3) NOT NULL,
    CONSTRAINT [PK_Backfill] PRIMARY KEY CLUSTERED ([App], [Relay])
);
GO
INSERT INTO [relay].[Backfill] ([App], [Relay], [Number], [State], [Reason], [Condition], [PageRows], [RowsPerSecond], [BaseVersion], [Cursor], [Total], [Done], [Delivered], [Filtered], [Rejected], [Failed], [StartedAt], [UpdatedAt]) VALUES
    (N'upgraded-app', N'archive', 2, N'done', N'asked', N'[]', 200, 0.0E0, 4, N'{"key1":12}', 12, 12, 12, 0, 0, 0, N'2026-11-27T01:04:53.280', N'2026-11-27T01:04:53.643'),
    (N'upgraded-app', N'labels', 1, N'running', N'asked', N'[]', 2, 0.1E0, 12, N'{"key1":2}', 12, 2, 2, 0, 0, 0, N'2026-11-27T01:05:11.692', N'2026-11-27T01:05:12.306'),
    (N'upgraded-app', N'parts', 1, N'running', N'gap', N'[]', 200, 0.0E0, 12, N'gone:{"key1":200}', 2, 2, 202, 0, 0, 0, N'2026-11-27T01:05:12.442', N'2026-11-27T01:05:22.765'),
    (N'upgraded-app', N'shelves', 1, N'paused', N'asked', N'[{"column":"Amount","operator":"at_least","operand":2}]', 3, 2.0E0, 4, N'{"key1":6}', 12, 6, 5, 1, 0, 0, N'2026-11-27T01:04:49.340', N'2026-11-27T01:04:51.451'),
    (N'upgraded-app', N'stock', 1, N'cancelled', N'asked', N'[{"column":"Amount","operator":"at_least","operand":2}]', 3, 2.0E0, 4, N'{"key1":3}', 12, 3, 2, 1, 0, 0, N'2026-11-27T01:04:49.185', N'2026-11-27T01:04:49.478');
GO
CREATE TABLE [relay].[Ledger] (
    [Id] bigint IDENTITY (1, 1) NOT NULL,
    [App] nvarchar(60) NOT NULL,
    [Relay] nvarchar(40) NOT NULL,
    [KeyText] nvarchar(700) NOT NULL,
    [Version] bigint NOT NULL,
    [State] varchar(10) NOT NULL,
    [Attempts] int NOT NULL,
    [FirstFailedAt] datetime2(3) NOT NULL,
    [LastTriedAt] datetime2(3) NOT NULL,
    [LastStatus] int NULL,
    [LastError] nvarchar(1000) NULL,
    [Problem] nvarchar(4000) NULL,
    [ToldAt] datetime2(3) NULL,
    CONSTRAINT [PK_Ledger] PRIMARY KEY CLUSTERED ([Id]),
    CONSTRAINT [UQ_Ledger] UNIQUE NONCLUSTERED ([App], [Relay], [KeyText])
);
GO
SET IDENTITY_INSERT [relay].[Ledger] ON;
INSERT INTO [relay].[Ledger] ([Id], [App], [Relay], [KeyText], [Version], [State], [Attempts], [FirstFailedAt], [LastTriedAt], [LastStatus], [LastError], [Problem], [ToldAt]) VALUES
    (4, N'upgraded-app', N'lines', N'[1,"a"]', 2, N'dead', 7, N'2026-11-27T01:02:10.911', N'2026-11-27T01:02:29.917', 500, N'given up by an operator; the endpoint answered 500', N'', N'2026-11-27T01:02:31.058'),
    (5, N'upgraded-app', N'lines', N'[2,"O''Neill"]', 2, N'dead', 7, N'2026-11-27T01:02:10.911', N'2026-11-27T01:02:29.917', 500, N'given up by an operator; the endpoint answered 500', N'', N'2026-11-27T01:02:31.058'),
    (119, N'upgraded-app', N'letters', N'[114]', 4, N'dead', 1, N'2026-11-27T01:04:45.397', N'2026-11-27T01:04:45.397', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-27T01:04:45.633'),
    (120, N'upgraded-app', N'letters', N'[115]', 4, N'dead', 1, N'2026-11-27T01:04:45.397', N'2026-11-27T01:04:45.397', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-27T01:04:45.633'),
    (121, N'upgraded-app', N'letters', N'[116]', 4, N'dead', 1, N'2026-11-27T01:04:45.397', N'2026-11-27T01:04:45.397', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-27T01:04:45.633'),
    (122, N'upgraded-app', N'letters', N'[117]', 4, N'dead', 1, N'2026-11-27T01:04:45.397', N'2026-11-27T01:04:45.397', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-27T01:04:45.633'),
    (123, N'upgraded-app', N'letters', N'[118]', 4, N'dead', 1, N'2026-11-27T01:04:45.397', N'2026-11-27T01:04:45.397', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-27T01:04:45.633'),
    (124, N'upgraded-app', N'letters', N'[119]', 4, N'dead', 1, N'2026-11-27T01:04:45.397', N'2026-11-27T01:04:45.397', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-27T01:04:45.633'),
    (125, N'upgraded-app', N'letters', N'[120]', 4, N'dead', 1, N'2026-11-27T01:04:45.397', N'2026-11-27T01:04:45.397', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-27T01:04:45.633'),
    (138, N'upgraded-app', N'orders', N'[801]', 5, N'open', 7, N'2026-11-27T01:04:53.805', N'2026-11-27T01:05:12.345', 500, N'the endpoint answered 500', N'', NULL),
    (139, N'upgraded-app', N'orders', N'[802]', 5, N'open', 7, N'2026-11-27T01:04:53.805', N'2026-11-27T01:05:12.345', 500, N'the endpoint answered 500', N'', NULL),
    (140, N'upgraded-app', N'orders', N'[803]', 5, N'open', 7, N'2026-11-27T01:04:53.805', N'2026-11-27T01:05:12.345', 500, N'the endpoint answered 500', N'', NULL),
    (141, N'upgraded-app', N'lines', N'[3,"c"]', 6, N'open', 10, N'2026-11-27T01:04:53.848', N'2026-11-27T01:05:22.243', 500, N'the endpoint answered 500', N'', NULL),
    (142, N'upgraded-app', N'lines', N'[4,"d"]', 6, N'open', 10, N'2026-11-27T01:04:53.848', N'2026-11-27T01:05:22.243', 500, N'the endpoint answered 500', N'', NULL),
    (143, N'upgraded-app', N'notes', N'[1]', 7, N'dead', 1, N'2026-11-27T01:05:09.876', N'2026-11-27T01:05:09.876', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-27T01:05:10.205'),
    (144, N'upgraded-app', N'notes', N'[2]', 7, N'dead', 1, N'2026-11-27T01:05:09.876', N'2026-11-27T01:05:09.876', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-27T01:05:10.205'),
    (145, N'upgraded-app', N'notes', N'[3]', 8, N'dead', 1, N'2026-11-27T01:05:10.397', N'2026-11-27T01:05:10.397', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', NULL),
    (146, N'upgraded-app', N'notes', N'[4]', 8, N'dead', 1, N'2026-11-27T01:05:10.397', N'2026-11-27T01:05:10.397', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', NULL),
    (147, N'upgraded-app', N'notes', N'[5]', 8, N'dead', 1, N'2026-11-27T01:05:10.397', N'2026-11-27T01:05:10.397', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', NULL),
    (148, N'upgraded-app', N'orders', N'[901]', 13, N'in_flight', 0, N'2026-11-27T01:05:12.634', N'2026-11-27T01:05:12.634', NULL, NULL, NULL, NULL),
    (149, N'upgraded-app', N'orders', N'[902]', 13, N'in_flight', 0, N'2026-11-27T01:05:12.634', N'2026-11-27T01:05:12.634', NULL, NULL, NULL, NULL),
    (150, N'upgraded-app', N'orders', N'[903]', 13, N'in_flight', 0, N'2026-11-27T01:05:12.634', N'2026-11-27T01:05:12.634', NULL, NULL, NULL, NULL);
SET IDENTITY_INSERT [relay].[Ledger] OFF;
GO
CREATE TABLE [relay].[Position] (
    [App] nvarchar(60) NOT NULL,
    [Relay] nvarchar(40) NOT NULL,
    [TableId] int NOT NULL,
    [BeginVersion] bigint NULL,
    [CaughtUpTo] bigint NOT NULL,
    [CaughtUpAt] datetime2(3) NOT NULL,
    [Work] nvarchar(200) NOT NULL,
    [WorkSince] datetime2(3) NOT NULL,
    [Told] nvarchar(400) NOT NULL,
    CONSTRAINT [PK_Position] PRIMARY KEY CLUSTERED ([App], [Relay])
);
GO
INSERT INTO [relay].[Position] ([App], [Relay], [TableId], [BeginVersion], [CaughtUpTo], [CaughtUpAt], [Work], [WorkSince], [Told]) VALUES
    (N'upgraded-app', N'archive', 1029578706, 0, 12, N'2026-11-27T01:05:12.045', N'0 0   ', N'2026-11-27T01:05:12.045', N'[]'),
    (N'upgraded-app', N'goods', 1093578934, -1, 8, N'2026-11-27T01:05:10.476', N'0 0   ', N'2026-11-27T01:05:10.476', N'["halted"]'),
    (N'upgraded-app', N'labels', 1029578706, 0, 12, N'2026-11-27T01:05:12.185', N'0 0   ', N'2026-11-27T01:05:12.185', N'[]'),
    (N'upgraded-app', N'letters', 965578478, 0, 12, N'2026-11-27T01:05:11.940', N'4 0   ', N'2026-11-27T01:05:11.940', N'[]'),
    (N'upgraded-app', N'lines', 933578364, 0, 12, N'2026-11-27T01:05:11.853', N'0 4 10 2026-11-27T01:05:08.9378881 6', N'2026-11-27T01:05:11.853', N'[]'),
    (N'upgraded-app', N'notes', 997578592, 0, 12, N'2026-11-27T01:05:12.009', N'8 0   ', N'2026-11-27T01:05:12.009', N'[]'),
    (N'upgraded-app', N'orders', 901578250, 0, 12, N'2026-11-27T01:05:11.750', N'0 6 15 2026-11-27T01:05:08.9773739 5', N'2026-11-27T01:05:11.750', N'[]'),
    (N'upgraded-app', N'parts', 1061578820, 12, 12, N'2026-11-27T01:05:10.441', N'12 201 201 2026-11-27T01:05:13.5880872 10', N'2026-11-27T01:05:12.324', N'["gap"]'),
    (N'upgraded-app', N'shelves', 1029578706, 0, 12, N'2026-11-27T01:05:12.139', N'0 0   ', N'2026-11-27T01:05:12.139', N'[]'),
    (N'upgraded-app', N'stock', 1029578706, 0, 12, N'2026-11-27T01:05:12.087', N'0 0   ', N'2026-11-27T01:05:12.087', N'[]');
GO
CREATE TABLE [relay].[Recovery] (
    [App] nvarchar(60) NOT NULL,
    [Relay] nvarchar(40) NOT NULL,
    [Since] datetime2(3) NOT NULL,
    [Rounds] int NOT NULL,
    [Step] int NOT NULL,
    [NextDueAt] datetime2(3) NOT NULL,
    [Told] nvarchar(400) NOT NULL,
    [Command] varchar(10) NULL,
    [CommandNumber] int NOT NULL,
    CONSTRAINT [PK_Recovery] PRIMARY KEY CLUSTERED ([App], [Relay])
);
GO
INSERT INTO [relay].[Recovery] ([App], [Relay], [Since], [Rounds], [Step], [NextDueAt], [Told], [Command], [CommandNumber]) VALUES
    (N'upgraded-app', N'lines', N'2026-11-27T01:02:10.911', 8, 8, N'2026-11-27T01:05:24.343', N'["long_outage"]', NULL, 1),
    (N'upgraded-app', N'notes', N'2026-11-27T01:05:11.976', 0, 0, N'2026-11-27T01:05:12.976', N'[]', NULL, 0),
    (N'upgraded-app', N'orders', N'2026-11-27T01:04:53.805', 2, 2, N'2026-11-27T01:05:14.300', N'["long_outage"]', N'retry_now', 1);
GO
CREATE TABLE [relay].[Schema] (
    [App] nvarchar(60) NOT NULL,
    [Version] int NOT NULL,
    [MigratedAt] datetime2(3) NOT NULL,
    CONSTRAINT [PK_Schema] PRIMARY KEY CLUSTERED ([App])
);
GO
INSERT INTO [relay].[Schema] ([App], [Version], [MigratedAt]) VALUES
    (N'upgraded-app', 2, N'2026-11-27T01:02:08.898');
GO
