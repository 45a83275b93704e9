-- The database of an app that was killed with its tables in every state, recorded by `./dev release 0.3.0`.
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
    (N'027cf48ccb88ebaf', 901578250, 0, N'2026-11-28T03:29:04.883'),
    (N'2dbbaaad4f1f4146', 1029578706, 0, N'2026-11-28T03:29:05.003'),
    (N'46dfbb633e35aa49', 1029578706, 0, N'2026-11-28T03:29:04.733'),
    (N'53d344c49685903c', 1093578934, 0, N'2026-11-28T03:29:04.817'),
    (N'663337ef3cb0049c', 1029578706, 0, N'2026-11-28T03:29:04.520'),
    (N'6987d56d0772474f', 965578478, 4, N'2026-11-28T03:32:01.223'),
    (N'd2c5f58935f6a8b6', 1029578706, 0, N'2026-11-28T03:29:04.657'),
    (N'dbae714b7c642c49', 933578364, 0, N'2026-11-28T03:29:04.770'),
    (N'e05c84c22758f77c', 1061578820, 12, N'2026-11-28T03:29:04.607'),
    (N'e0ab6c27bed25fc4', 997578592, 8, N'2026-11-28T03:32:33.937');
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
    (3, N'c', 6, 5, N'2026-11-28T03:32:27.9361971'),
    (4, N'd', 6, 5, N'2026-11-28T03:32:27.9361971');
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
    (801, 5, 5, N'2026-11-28T03:32:28.1044031'),
    (802, 5, 5, N'2026-11-28T03:32:28.1044031'),
    (803, 5, 5, N'2026-11-28T03:32:28.1044031'),
    (901, 13, 1, N'2026-11-28T03:32:47.9033732'),
    (902, 13, 1, N'2026-11-28T03:32:47.9033732'),
    (903, 13, 1, N'2026-11-28T03:32:47.9033732');
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
    (1, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (2, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (3, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (4, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (5, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (6, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (7, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (8, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (9, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (10, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (11, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (12, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (13, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (14, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (15, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (16, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (17, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (18, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (19, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (20, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (21, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (22, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (23, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (24, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (25, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (26, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (27, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (28, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (29, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (30, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (31, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (32, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (33, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (34, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (35, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (36, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (37, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (38, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (39, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (40, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (41, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (42, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (43, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (44, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (45, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (46, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (47, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (48, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (49, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (50, 10, 1, N'2026-11-28T03:32:33.4516762');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (51, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (52, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (53, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (54, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (55, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (56, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (57, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (58, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (59, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (60, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (61, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (62, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (63, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (64, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (65, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (66, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (67, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (68, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (69, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (70, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (71, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (72, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (73, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (74, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (75, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (76, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (77, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (78, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (79, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (80, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (81, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (82, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (83, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (84, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (85, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (86, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (87, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (88, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (89, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (90, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (91, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (92, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (93, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (94, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (95, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (96, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (97, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (98, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (99, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (100, 10, 1, N'2026-11-28T03:32:33.4516762');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (101, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (102, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (103, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (104, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (105, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (106, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (107, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (108, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (109, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (110, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (111, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (112, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (113, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (114, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (115, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (116, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (117, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (118, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (119, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (120, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (121, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (122, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (123, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (124, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (125, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (126, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (127, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (128, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (129, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (130, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (131, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (132, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (133, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (134, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (135, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (136, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (137, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (138, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (139, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (140, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (141, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (142, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (143, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (144, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (145, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (146, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (147, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (148, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (149, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (150, 10, 1, N'2026-11-28T03:32:33.4516762');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (151, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (152, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (153, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (154, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (155, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (156, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (157, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (158, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (159, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (160, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (161, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (162, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (163, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (164, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (165, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (166, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (167, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (168, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (169, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (170, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (171, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (172, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (173, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (174, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (175, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (176, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (177, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (178, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (179, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (180, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (181, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (182, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (183, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (184, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (185, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (186, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (187, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (188, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (189, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (190, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (191, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (192, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (193, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (194, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (195, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (196, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (197, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (198, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (199, 10, 1, N'2026-11-28T03:32:33.4516762'),
    (200, 10, 1, N'2026-11-28T03:32:33.4516762');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (201, 10, 1, N'2026-11-28T03:32:33.4516762');
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
    (120, N'120'),
    (1001, N'1001'),
    (1002, N'1002'),
    (1003, N'1003'),
    (1004, N'1004'),
    (1005, N'1005'),
    (1006, N'1006'),
    (1007, N'1007'),
    (1008, N'1008'),
    (1009, N'1009'),
    (1010, N'1010'),
    (1011, N'1011'),
    (1012, N'1012'),
    (1013, N'1013'),
    (1014, N'1014'),
    (1015, N'1015'),
    (1016, N'1016'),
    (1017, N'1017'),
    (1018, N'1018'),
    (1019, N'1019'),
    (1020, N'1020'),
    (1021, N'1021'),
    (1022, N'1022'),
    (1023, N'1023'),
    (1024, N'1024'),
    (1025, N'1025'),
    (1026, N'1026'),
    (1027, N'1027'),
    (1028, N'1028'),
    (1029, N'1029'),
    (1030, N'1030');
GO
INSERT INTO [dbo].[Letters] ([LetterId], [Text]) VALUES
    (1031, N'1031'),
    (1032, N'1032'),
    (1033, N'1033'),
    (1034, N'1034'),
    (1035, N'1035'),
    (1036, N'1036'),
    (1037, N'1037'),
    (1038, N'1038'),
    (1039, N'1039'),
    (1040, N'1040'),
    (1041, N'1041'),
    (1042, N'1042'),
    (1043, N'1043'),
    (1044, N'1044'),
    (1045, N'1045'),
    (1046, N'1046'),
    (1047, N'1047'),
    (1048, N'1048'),
    (1049, N'1049'),
    (1050, N'1050'),
    (1051, N'1051'),
    (1052, N'1052'),
    (1053, N'1053'),
    (1054, N'1054'),
    (1055, N'1055'),
    (1056, N'1056'),
    (1057, N'1057'),
    (1058, N'1058'),
    (1059, N'1059'),
    (1060, N'1060'),
    (1061, N'1061'),
    (1062, N'1062'),
    (1063, N'1063'),
    (1064, N'1064'),
    (1065, N'1065'),
    (1066, N'1066'),
    (1067, N'1067'),
    (1068, N'1068'),
    (1069, N'1069'),
    (1070, N'1070'),
    (1071, N'1071'),
    (1072, N'1072'),
    (1073, N'1073'),
    (1074, N'1074'),
    (1075, N'1075'),
    (1076, N'1076'),
    (1077, N'1077'),
    (1078, N'1078'),
    (1079, N'1079'),
    (1080, N'1080');
GO
INSERT INTO [dbo].[Letters] ([LetterId], [Text]) VALUES
    (1081, N'1081'),
    (1082, N'1082'),
    (1083, N'1083'),
    (1084, N'1084'),
    (1085, N'1085'),
    (1086, N'1086'),
    (1087, N'1087'),
    (1088, N'1088'),
    (1089, N'1089'),
    (1090, N'1090'),
    (1091, N'1091'),
    (1092, N'1092'),
    (1093, N'1093'),
    (1094, N'1094'),
    (1095, N'1095'),
    (1096, N'1096'),
    (1097, N'1097'),
    (1098, N'1098'),
    (1099, N'1099'),
    (1100, N'1100'),
    (1101, N'1101'),
    (1102, N'1102'),
    (1103, N'1103'),
    (1104, N'1104'),
    (1105, N'1105'),
    (1106, N'1106'),
    (1107, N'1107'),
    (1108, N'1108'),
    (1109, N'1109'),
    (1110, N'1110'),
    (1111, N'1111'),
    (1112, N'1112'),
    (1113, N'1113'),
    (1114, N'1114'),
    (1115, N'1115'),
    (1116, N'1116'),
    (1117, N'1117'),
    (1118, N'1118'),
    (1119, N'1119'),
    (1120, N'1120');
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
    [DueAt] datetime2(3) NULL,
    CONSTRAINT [PK_Backfill] PRIMARY KEY CLUSTERED ([App], [Relay])
);
GO
INSERT INTO [relay].[Backfill] ([App], [Relay], [Number], [State], [Reason], [Condition], [PageRows], [RowsPerSecond], [BaseVersion], [Cursor], [Total], [Done], [Delivered], [Filtered], [Rejected], [Failed], [StartedAt], [UpdatedAt], [DueAt]) VALUES
    (N'upgraded-app', N'archive', 2, N'done', N'asked', N'[]', 200, 0.0E0, 4, N'{"key1":12}', 12, 12, 12, 0, 0, 0, N'2026-11-28T03:32:11.778', N'2026-11-28T03:32:12.575', N'2026-11-28T03:32:12.204'),
    (N'upgraded-app', N'labels', 1, N'running', N'asked', N'[]', 2, 0.1E0, 12, N'{"key1":2}', 12, 2, 2, 0, 0, 0, N'2026-11-28T03:32:32.682', N'2026-11-28T03:32:33.303', N'2026-11-28T03:37:53.176'),
    (N'upgraded-app', N'parts', 1, N'running', N'gap', N'[]', 200, 0.0E0, 13, N'gone:{"key1":200}', 2, 2, 202, 0, 0, 0, N'2026-11-28T03:32:34.266', N'2026-11-28T03:32:45.086', N'2026-11-28T03:32:34.266'),
    (N'upgraded-app', N'shelves', 1, N'paused', N'asked', N'[{"column":"Amount","operator":"at_least","operand":2}]', 3, 2.0E0, 4, N'{"key1":6}', 12, 6, 5, 1, 0, 0, N'2026-11-28T03:32:07.050', N'2026-11-28T03:32:09.696', N'2026-11-28T03:37:11.094'),
    (N'upgraded-app', N'stock', 1, N'cancelled', N'asked', N'[{"column":"Amount","operator":"at_least","operand":2}]', 3, 2.0E0, 4, N'{"key1":3}', 12, 3, 2, 1, 0, 0, N'2026-11-28T03:32:06.600', N'2026-11-28T03:32:07.472', N'2026-11-28T03:37:08.330');
GO
CREATE TABLE [relay].[Hub] (
    [App] nvarchar(60) NOT NULL,
    [Owner] nvarchar(100) NOT NULL,
    [Since] datetime2(3) NOT NULL,
    [Told] bit NOT NULL,
    CONSTRAINT [PK_Hub] PRIMARY KEY CLUSTERED ([App])
);
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
    [Why] varchar(12) NULL,
    [Operation] varchar(6) NULL,
    [OperationVersion] bigint NULL,
    [TriedVersion] bigint NULL,
    [Spelled] nvarchar(1000) NULL,
    [NextTryAt] datetime2(3) NULL,
    [GivenBackVersion] bigint NULL,
    CONSTRAINT [PK_Ledger] PRIMARY KEY CLUSTERED ([Id]),
    CONSTRAINT [UQ_Ledger] UNIQUE NONCLUSTERED ([App], [Relay], [KeyText])
);
GO
CREATE NONCLUSTERED INDEX [IX_Ledger_Due] ON [relay].[Ledger] ([App], [Relay], [State], [NextTryAt], [Id]);
GO
CREATE NONCLUSTERED INDEX [IX_Ledger_Failed] ON [relay].[Ledger] ([App], [Relay], [State], [FirstFailedAt], [Id]);
GO
CREATE NONCLUSTERED INDEX [IX_Ledger_Tried] ON [relay].[Ledger] ([App], [Relay], [State], [LastTriedAt], [Id]);
GO
SET IDENTITY_INSERT [relay].[Ledger] ON;
INSERT INTO [relay].[Ledger] ([Id], [App], [Relay], [KeyText], [Version], [State], [Attempts], [FirstFailedAt], [LastTriedAt], [LastStatus], [LastError], [Problem], [ToldAt], [Why], [Operation], [OperationVersion], [TriedVersion], [Spelled], [NextTryAt], [GivenBackVersion]) VALUES
    (4, N'upgraded-app', N'lines', N'[1,"a"]', 2, N'dead', 7, N'2026-11-28T03:29:05.522', N'2026-11-28T03:29:24.181', 500, N'given up by an operator; the endpoint answered 500', N'', N'2026-11-28T03:29:26', N'failed', N'insert', 2, 2, N'[1,"a"]', N'2026-11-28T03:29:26.195', NULL),
    (5, N'upgraded-app', N'lines', N'[2,"O''Neill"]', 2, N'dead', 7, N'2026-11-28T03:29:05.522', N'2026-11-28T03:29:24.181', 500, N'given up by an operator; the endpoint answered 500', N'', N'2026-11-28T03:29:26', N'failed', N'insert', 2, 2, N'[2,"O''Neill"]', N'2026-11-28T03:29:26.288', NULL),
    (198, N'upgraded-app', N'letters', N'[1068]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (199, N'upgraded-app', N'letters', N'[1069]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (200, N'upgraded-app', N'letters', N'[1070]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (201, N'upgraded-app', N'letters', N'[1072]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (202, N'upgraded-app', N'letters', N'[1074]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (203, N'upgraded-app', N'letters', N'[1075]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (204, N'upgraded-app', N'letters', N'[1076]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (205, N'upgraded-app', N'letters', N'[1077]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (206, N'upgraded-app', N'letters', N'[1078]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (207, N'upgraded-app', N'letters', N'[1081]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (208, N'upgraded-app', N'letters', N'[1082]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (209, N'upgraded-app', N'letters', N'[1083]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (210, N'upgraded-app', N'letters', N'[1084]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (211, N'upgraded-app', N'letters', N'[1086]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (212, N'upgraded-app', N'letters', N'[1087]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (213, N'upgraded-app', N'letters', N'[1088]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (214, N'upgraded-app', N'letters', N'[1089]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (215, N'upgraded-app', N'letters', N'[1090]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (216, N'upgraded-app', N'letters', N'[1091]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (217, N'upgraded-app', N'letters', N'[1092]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (218, N'upgraded-app', N'letters', N'[1093]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (219, N'upgraded-app', N'letters', N'[1094]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (220, N'upgraded-app', N'letters', N'[1095]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (221, N'upgraded-app', N'letters', N'[1096]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (222, N'upgraded-app', N'letters', N'[1097]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (223, N'upgraded-app', N'letters', N'[1098]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (224, N'upgraded-app', N'letters', N'[1099]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (225, N'upgraded-app', N'letters', N'[1100]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (226, N'upgraded-app', N'letters', N'[1101]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (227, N'upgraded-app', N'letters', N'[1102]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (228, N'upgraded-app', N'letters', N'[1103]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (229, N'upgraded-app', N'letters', N'[1104]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (230, N'upgraded-app', N'letters', N'[1105]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (231, N'upgraded-app', N'letters', N'[1107]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (232, N'upgraded-app', N'letters', N'[1108]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (233, N'upgraded-app', N'letters', N'[1109]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (234, N'upgraded-app', N'letters', N'[1110]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (235, N'upgraded-app', N'letters', N'[1112]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (236, N'upgraded-app', N'letters', N'[1113]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (237, N'upgraded-app', N'letters', N'[1115]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (238, N'upgraded-app', N'letters', N'[1116]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (239, N'upgraded-app', N'letters', N'[1118]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (240, N'upgraded-app', N'letters', N'[1119]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (241, N'upgraded-app', N'letters', N'[1120]', 4, N'dead', 1, N'2026-11-28T03:32:00.696', N'2026-11-28T03:32:00.696', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:01.265', N'refused', N'insert', 4, 4, NULL, N'2026-11-28T03:32:00.696', NULL),
    (254, N'upgraded-app', N'lines', N'[3,"c"]', 6, N'open', 8, N'2026-11-28T03:32:12.855', N'2026-11-28T03:32:42.749', 500, N'the endpoint answered 500', N'', NULL, N'failed', N'insert', 6, 6, N'[3,"c"]', N'2026-11-28T03:32:44.937', NULL),
    (255, N'upgraded-app', N'lines', N'[4,"d"]', 6, N'open', 8, N'2026-11-28T03:32:12.855', N'2026-11-28T03:32:42.749', 500, N'the endpoint answered 500', N'', NULL, N'failed', N'insert', 6, 6, N'[4,"d"]', N'2026-11-28T03:32:44.916', NULL),
    (256, N'upgraded-app', N'orders', N'[801]', 5, N'open', 6, N'2026-11-28T03:32:12.975', N'2026-11-28T03:32:28.616', 500, N'the endpoint answered 500', N'', NULL, N'failed', N'insert', 5, 5, NULL, N'2026-11-28T03:32:30.746', NULL),
    (257, N'upgraded-app', N'orders', N'[802]', 5, N'open', 6, N'2026-11-28T03:32:12.975', N'2026-11-28T03:32:28.616', 500, N'the endpoint answered 500', N'', NULL, N'failed', N'insert', 5, 5, NULL, N'2026-11-28T03:32:30.642', NULL);
SET IDENTITY_INSERT [relay].[Ledger] OFF;
GO
SET IDENTITY_INSERT [relay].[Ledger] ON;
INSERT INTO [relay].[Ledger] ([Id], [App], [Relay], [KeyText], [Version], [State], [Attempts], [FirstFailedAt], [LastTriedAt], [LastStatus], [LastError], [Problem], [ToldAt], [Why], [Operation], [OperationVersion], [TriedVersion], [Spelled], [NextTryAt], [GivenBackVersion]) VALUES
    (258, N'upgraded-app', N'orders', N'[803]', 5, N'open', 6, N'2026-11-28T03:32:12.975', N'2026-11-28T03:32:28.616', 500, N'the endpoint answered 500', N'', NULL, N'failed', N'insert', 5, 5, NULL, N'2026-11-28T03:32:30.800', NULL),
    (259, N'upgraded-app', N'notes', N'[1]', 7, N'dead', 1, N'2026-11-28T03:32:29.166', N'2026-11-28T03:32:29.166', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:29.577', N'refused', N'insert', 7, 7, NULL, N'2026-11-28T03:32:29.166', NULL),
    (260, N'upgraded-app', N'notes', N'[2]', 7, N'dead', 1, N'2026-11-28T03:32:29.166', N'2026-11-28T03:32:29.166', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-28T03:32:29.577', N'refused', N'insert', 7, 7, NULL, N'2026-11-28T03:32:29.166', NULL),
    (261, N'upgraded-app', N'notes', N'[3]', 8, N'dead', 2, N'2026-11-28T03:32:33.471', N'2026-11-28T03:32:33.471', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', NULL, N'refused', N'insert', 8, 8, NULL, N'2026-11-28T03:32:33.471', NULL),
    (262, N'upgraded-app', N'notes', N'[4]', 8, N'dead', 2, N'2026-11-28T03:32:33.471', N'2026-11-28T03:32:33.471', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', NULL, N'refused', N'insert', 8, 8, NULL, N'2026-11-28T03:32:33.471', NULL),
    (263, N'upgraded-app', N'notes', N'[5]', 8, N'dead', 2, N'2026-11-28T03:32:33.471', N'2026-11-28T03:32:33.471', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', NULL, N'refused', N'insert', 8, 8, NULL, N'2026-11-28T03:32:33.471', NULL),
    (264, N'upgraded-app', N'orders', N'[901]', 13, N'in_flight', 0, N'2026-11-28T03:32:33.828', N'2026-11-28T03:32:33.828', NULL, NULL, NULL, NULL, N'begun', NULL, NULL, NULL, NULL, NULL, NULL),
    (265, N'upgraded-app', N'orders', N'[902]', 13, N'in_flight', 0, N'2026-11-28T03:32:33.828', N'2026-11-28T03:32:33.828', NULL, NULL, NULL, NULL, N'begun', NULL, NULL, NULL, NULL, NULL, NULL),
    (266, N'upgraded-app', N'orders', N'[903]', 13, N'in_flight', 0, N'2026-11-28T03:32:33.828', N'2026-11-28T03:32:33.828', NULL, NULL, NULL, NULL, N'begun', NULL, NULL, NULL, NULL, NULL, NULL);
SET IDENTITY_INSERT [relay].[Ledger] OFF;
GO
CREATE TABLE [relay].[Notice] (
    [App] nvarchar(60) NOT NULL,
    [Notice] nvarchar(220) NOT NULL,
    [Channel] nvarchar(60) NOT NULL,
    [State] varchar(10) NOT NULL,
    [Facts] nvarchar(max) NOT NULL,
    [Tries] int NOT NULL,
    [Error] nvarchar(1000) NOT NULL,
    [EnteredAt] datetime2(3) NOT NULL,
    [NextTryAt] datetime2(3) NOT NULL,
    [EndedAt] datetime2(3) NULL,
    CONSTRAINT [PK_Notice] PRIMARY KEY CLUSTERED ([App], [Notice], [Channel])
);
GO
CREATE NONCLUSTERED INDEX [IX_Notice_Due] ON [relay].[Notice] ([App], [State], [NextTryAt]);
GO
CREATE NONCLUSTERED INDEX [IX_Notice_Ended] ON [relay].[Notice] ([App], [EndedAt]);
GO
INSERT INTO [relay].[Notice] ([App], [Notice], [Channel], [State], [Facts], [Tries], [Error], [EnteredAt], [NextTryAt], [EndedAt]) VALUES
    (N'upgraded-app', N'notification-upgraded-app-channel-strict-channel-20261128032924745-0', N'deaf', N'waiting', N'{"occasion": "channel", "app": "upgraded-app", "relay": "channel strict", "since": "2026-11-28T03:29:24.745Z", "rounds": 0, "changes": 0, "dead_letters": 0, "status": null, "last_error": "It has not taken 4 notices, and 0 wait; the last answer: the channel answered 400.", "act_url": "http://localhost:29984/api/health"}', 2, N'the channel cannot be reached: the connection was refused or broke before an answer came', N'2026-11-28T03:31:56.552', N'2026-11-28T03:33:28.868', NULL),
    (N'upgraded-app', N'notification-upgraded-app-channel-strict-channel-20261128032924745-0', N'people', N'taken', N'{"occasion": "channel", "app": "upgraded-app", "relay": "channel strict", "since": "2026-11-28T03:29:24.745Z", "rounds": 0, "changes": 0, "dead_letters": 0, "status": null, "last_error": "It has not taken 4 notices, and 0 wait; the last answer: the channel answered 400.", "act_url": "http://localhost:29984/api/health"}', 1, N'', N'2026-11-28T03:31:56.552', N'2026-11-28T03:31:56.764', N'2026-11-28T03:31:56.764'),
    (N'upgraded-app', N'notification-upgraded-app-goods-halted-20261128033202054-0', N'people', N'taken', N'{"occasion": "halted", "app": "upgraded-app", "relay": "goods", "since": "2026-11-28T03:32:02.054Z", "rounds": 0, "changes": 0, "dead_letters": 0, "status": null, "last_error": "Change tracking of [dbo].[Goods] is off. Run ./dev sql enable; rows that changed meanwhile need a backfill, which then begins.", "act_url": "http://localhost:29984/api/relays/goods"}', 1, N'', N'2026-11-28T03:32:34.735', N'2026-11-28T03:32:34.925', N'2026-11-28T03:32:34.925'),
    (N'upgraded-app', N'notification-upgraded-app-goods-halted-20261128033202054-0', N'strict', N'refused', N'{"occasion": "halted", "app": "upgraded-app", "relay": "goods", "since": "2026-11-28T03:32:02.054Z", "rounds": 0, "changes": 0, "dead_letters": 0, "status": null, "last_error": "Change tracking of [dbo].[Goods] is off. Run ./dev sql enable; rows that changed meanwhile need a backfill, which then begins.", "act_url": "http://localhost:29984/api/relays/goods"}', 1, N'the channel answered 400', N'2026-11-28T03:32:34.735', N'2026-11-28T03:32:35.025', N'2026-11-28T03:32:35.025'),
    (N'upgraded-app', N'notification-upgraded-app-letters-dead_letters-20261128033156615-0-20261128033156406125', N'people', N'taken', N'{"occasion": "dead_letters", "app": "upgraded-app", "relay": "letters", "since": "2026-11-28T03:31:56.615Z", "rounds": 0, "changes": 19, "dead_letters": 101, "status": null, "last_error": "the batch ended before its result was recorded", "act_url": "http://localhost:29984/api/relays/letters"}', 1, N'', N'2026-11-28T03:31:57.063', N'2026-11-28T03:31:57.317', N'2026-11-28T03:31:57.317'),
    (N'upgraded-app', N'notification-upgraded-app-letters-dead_letters-20261128033156615-0-20261128033156406125', N'strict', N'refused', N'{"occasion": "dead_letters", "app": "upgraded-app", "relay": "letters", "since": "2026-11-28T03:31:56.615Z", "rounds": 0, "changes": 19, "dead_letters": 101, "status": null, "last_error": "the batch ended before its result was recorded", "act_url": "http://localhost:29984/api/relays/letters"}', 1, N'the channel answered 400', N'2026-11-28T03:31:57.063', N'2026-11-28T03:31:57.781', N'2026-11-28T03:31:57.781'),
    (N'upgraded-app', N'notification-upgraded-app-letters-dead_letters-20261128033201012-0-20261128033200696241', N'people', N'taken', N'{"occasion": "dead_letters", "app": "upgraded-app", "relay": "letters", "since": "2026-11-28T03:32:01.012Z", "rounds": 0, "changes": 0, "dead_letters": 97, "status": 422, "last_error": "the endpoint answered 422", "act_url": "http://localhost:29984/api/relays/letters"}', 1, N'', N'2026-11-28T03:32:01.271', N'2026-11-28T03:32:01.504', N'2026-11-28T03:32:01.504'),
    (N'upgraded-app', N'notification-upgraded-app-letters-dead_letters-20261128033201012-0-20261128033200696241', N'strict', N'refused', N'{"occasion": "dead_letters", "app": "upgraded-app", "relay": "letters", "since": "2026-11-28T03:32:01.012Z", "rounds": 0, "changes": 0, "dead_letters": 97, "status": 422, "last_error": "the endpoint answered 422", "act_url": "http://localhost:29984/api/relays/letters"}', 1, N'the channel answered 400', N'2026-11-28T03:32:01.271', N'2026-11-28T03:32:01.649', N'2026-11-28T03:32:01.649'),
    (N'upgraded-app', N'notification-upgraded-app-lines-dead_letters-20261128032905522-3-5', N'people', N'taken', N'{"occasion": "dead_letters", "app": "upgraded-app", "relay": "lines", "since": "2026-11-28T03:29:05.522Z", "rounds": 3, "changes": 2, "dead_letters": 2, "status": 500, "last_error": "the endpoint answered 500", "act_url": "http://localhost:29984/api/relays/lines"}', 1, N'', N'2026-11-28T03:29:26.001', N'2026-11-28T03:29:26.236', N'2026-11-28T03:29:26.236'),
    (N'upgraded-app', N'notification-upgraded-app-lines-dead_letters-20261128032905522-3-5', N'strict', N'refused', N'{"occasion": "dead_letters", "app": "upgraded-app", "relay": "lines", "since": "2026-11-28T03:29:05.522Z", "rounds": 3, "changes": 2, "dead_letters": 2, "status": 500, "last_error": "the endpoint answered 500", "act_url": "http://localhost:29984/api/relays/lines"}', 1, N'the channel answered 400', N'2026-11-28T03:29:26.001', N'2026-11-28T03:29:26.358', N'2026-11-28T03:29:26.358'),
    (N'upgraded-app', N'notification-upgraded-app-lines-long_outage-20261128032905606-2-20261128032905522', N'people', N'taken', N'{"occasion": "long_outage", "app": "upgraded-app", "relay": "lines", "since": "2026-11-28T03:29:05.606Z", "rounds": 2, "changes": 2, "dead_letters": 0, "status": 500, "last_error": "the endpoint answered 500", "act_url": "http://localhost:29984/api/relays/lines"}', 1, N'', N'2026-11-28T03:29:24.384', N'2026-11-28T03:29:24.595', N'2026-11-28T03:29:24.595'),
    (N'upgraded-app', N'notification-upgraded-app-lines-long_outage-20261128032905606-2-20261128032905522', N'strict', N'refused', N'{"occasion": "long_outage", "app": "upgraded-app", "relay": "lines", "since": "2026-11-28T03:29:05.606Z", "rounds": 2, "changes": 2, "dead_letters": 0, "status": 500, "last_error": "the endpoint answered 500", "act_url": "http://localhost:29984/api/relays/lines"}', 1, N'the channel answered 400', N'2026-11-28T03:29:24.384', N'2026-11-28T03:29:24.745', N'2026-11-28T03:29:24.745'),
    (N'upgraded-app', N'notification-upgraded-app-notes-dead_letters-20261128033229329-0-20261128033229166260', N'people', N'taken', N'{"occasion": "dead_letters", "app": "upgraded-app", "relay": "notes", "since": "2026-11-28T03:32:29.329Z", "rounds": 0, "changes": 0, "dead_letters": 2, "status": 422, "last_error": "the endpoint answered 422", "act_url": "http://localhost:29984/api/relays/notes"}', 1, N'', N'2026-11-28T03:32:29.578', N'2026-11-28T03:32:29.784', N'2026-11-28T03:32:29.784'),
    (N'upgraded-app', N'notification-upgraded-app-notes-dead_letters-20261128033229329-0-20261128033229166260', N'strict', N'refused', N'{"occasion": "dead_letters", "app": "upgraded-app", "relay": "notes", "since": "2026-11-28T03:32:29.329Z", "rounds": 0, "changes": 0, "dead_letters": 2, "status": 422, "last_error": "the endpoint answered 422", "act_url": "http://localhost:29984/api/relays/notes"}', 1, N'the channel answered 400', N'2026-11-28T03:32:29.578', N'2026-11-28T03:32:29.884', N'2026-11-28T03:32:29.884'),
    (N'upgraded-app', N'notification-upgraded-app-orders-long_outage-20261128032905561-2-20261128032905505', N'deaf', N'waiting', N'{"occasion": "long_outage", "app": "upgraded-app", "relay": "orders", "since": "2026-11-28T03:29:05.561Z", "rounds": 2, "changes": 3, "dead_letters": 0, "status": 500, "last_error": "the endpoint answered 500", "act_url": "http://localhost:29984/api/relays/orders"}', 1, N'the channel cannot be reached: the connection was refused or broke before an answer came', N'2026-11-28T03:29:24.483', N'2026-11-28T03:29:55.067', NULL),
    (N'upgraded-app', N'notification-upgraded-app-orders-long_outage-20261128032905561-2-20261128032905505', N'people', N'taken', N'{"occasion": "long_outage", "app": "upgraded-app", "relay": "orders", "since": "2026-11-28T03:29:05.561Z", "rounds": 2, "changes": 3, "dead_letters": 0, "status": 500, "last_error": "the endpoint answered 500", "act_url": "http://localhost:29984/api/relays/orders"}', 1, N'', N'2026-11-28T03:29:24.483', N'2026-11-28T03:29:24.776', N'2026-11-28T03:29:24.776'),
    (N'upgraded-app', N'notification-upgraded-app-orders-long_outage-20261128032905561-2-20261128032905505', N'strict', N'refused', N'{"occasion": "long_outage", "app": "upgraded-app", "relay": "orders", "since": "2026-11-28T03:29:05.561Z", "rounds": 2, "changes": 3, "dead_letters": 0, "status": 500, "last_error": "the endpoint answered 500", "act_url": "http://localhost:29984/api/relays/orders"}', 1, N'the channel answered 400', N'2026-11-28T03:29:24.483', N'2026-11-28T03:29:25.228', N'2026-11-28T03:29:25.228'),
    (N'upgraded-app', N'notification-upgraded-app-orders-recovered-20261128032905505-4', N'deaf', N'waiting', N'{"occasion": "recovered", "app": "upgraded-app", "relay": "orders", "since": "2026-11-28T03:29:05.505Z", "rounds": 4, "changes": 0, "dead_letters": 0, "status": null, "last_error": "", "act_url": "http://localhost:29984/api/relays/orders"}', 2, N'the channel cannot be reached: the connection was refused or broke before an answer came', N'2026-11-28T03:31:52.605', N'2026-11-28T03:33:24.061', NULL),
    (N'upgraded-app', N'notification-upgraded-app-orders-recovered-20261128032905505-4', N'people', N'taken', N'{"occasion": "recovered", "app": "upgraded-app", "relay": "orders", "since": "2026-11-28T03:29:05.505Z", "rounds": 4, "changes": 0, "dead_letters": 0, "status": null, "last_error": "", "act_url": "http://localhost:29984/api/relays/orders"}', 1, N'', N'2026-11-28T03:31:52.605', N'2026-11-28T03:31:53.020', N'2026-11-28T03:31:53.020'),
    (N'upgraded-app', N'notification-upgraded-app-orders-recovered-20261128032905505-4', N'strict', N'refused', N'{"occasion": "recovered", "app": "upgraded-app", "relay": "orders", "since": "2026-11-28T03:29:05.505Z", "rounds": 4, "changes": 0, "dead_letters": 0, "status": null, "last_error": "", "act_url": "http://localhost:29984/api/relays/orders"}', 1, N'the channel answered 400', N'2026-11-28T03:31:52.605', N'2026-11-28T03:31:53.184', N'2026-11-28T03:31:53.184'),
    (N'upgraded-app', N'notification-upgraded-app-parts-gap-20261128033201859-0', N'people', N'taken', N'{"occasion": "gap", "app": "upgraded-app", "relay": "parts", "since": "2026-11-28T03:32:01.859Z", "rounds": 0, "changes": 0, "dead_letters": 0, "status": null, "last_error": "", "act_url": "http://localhost:29984/api/relays/parts"}', 1, N'', N'2026-11-28T03:32:34.292', N'2026-11-28T03:32:34.523', N'2026-11-28T03:32:34.523'),
    (N'upgraded-app', N'notification-upgraded-app-parts-gap-20261128033201859-0', N'strict', N'refused', N'{"occasion": "gap", "app": "upgraded-app", "relay": "parts", "since": "2026-11-28T03:32:01.859Z", "rounds": 0, "changes": 0, "dead_letters": 0, "status": null, "last_error": "", "act_url": "http://localhost:29984/api/relays/parts"}', 1, N'the channel answered 400', N'2026-11-28T03:32:34.292', N'2026-11-28T03:32:34.555', N'2026-11-28T03:32:34.555');
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
    [Newest] bigint NULL,
    [Above] int NULL,
    [MarkVersion] bigint NULL,
    [MarkAt] datetime2(3) NULL,
    [MarkRows] int NULL,
    [ReachedAt] datetime2(3) NULL,
    CONSTRAINT [PK_Position] PRIMARY KEY CLUSTERED ([App], [Relay])
);
GO
INSERT INTO [relay].[Position] ([App], [Relay], [TableId], [BeginVersion], [CaughtUpTo], [CaughtUpAt], [Work], [WorkSince], [Told], [Newest], [Above], [MarkVersion], [MarkAt], [MarkRows], [ReachedAt]) VALUES
    (N'upgraded-app', N'archive', 1029578706, 0, 12, N'2026-11-28T03:32:33.433', N'rest', N'2026-11-28T03:32:33.433', N'[]', NULL, 0, 12, N'2026-11-28T03:32:33.433', 0, NULL),
    (N'upgraded-app', N'goods', 1093578934, -1, 4, N'2026-11-28T03:32:02.054', N'rest', N'2026-11-28T03:32:02.054', N'["halted"]', NULL, 0, 4, N'2026-11-28T03:32:02.054', 0, NULL),
    (N'upgraded-app', N'labels', 1029578706, 0, 13, N'2026-11-28T03:32:34.054', N'rest', N'2026-11-28T03:32:34.054', N'[]', NULL, 0, 13, N'2026-11-28T03:32:34.054', 0, NULL),
    (N'upgraded-app', N'letters', 965578478, 0, 13, N'2026-11-28T03:32:35.766', N'rest', N'2026-11-28T03:32:35.766', N'[]', 4, 0, 13, N'2026-11-28T03:32:35.766', 0, NULL),
    (N'upgraded-app', N'lines', 933578364, 0, 13, N'2026-11-28T03:32:35.474', N'rest', N'2026-11-28T03:32:35.474', N'[]', 6, 0, 13, N'2026-11-28T03:32:35.474', 0, NULL),
    (N'upgraded-app', N'notes', 997578592, 0, 7, N'2026-11-28T03:32:29.486', N'7', N'2026-11-28T03:32:33.015', N'[]', 8, 3, 12, N'2026-11-28T03:32:33.015', 0, NULL),
    (N'upgraded-app', N'orders', 901578250, 0, 12, N'2026-11-28T03:33:00', N'0', N'2026-11-28T03:32:35.179', N'[]', 13, 0, 13, N'2026-11-28T03:32:35.179', 0, NULL),
    (N'upgraded-app', N'parts', 1061578820, 12, 13, N'2026-11-28T03:32:34.266', N'rest', N'2026-11-28T03:32:34.193', N'["gap"]', NULL, 0, 4, N'2026-11-28T03:32:01.859', 0, NULL),
    (N'upgraded-app', N'shelves', 1029578706, 0, 13, N'2026-11-28T03:32:33.939', N'rest', N'2026-11-28T03:32:33.939', N'[]', NULL, 0, 13, N'2026-11-28T03:32:33.939', 0, NULL),
    (N'upgraded-app', N'stock', 1029578706, 0, 13, N'2026-11-28T03:32:33.697', N'rest', N'2026-11-28T03:32:33.697', N'[]', NULL, 0, 13, N'2026-11-28T03:32:33.697', 0, NULL);
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
    [WorkedAt] datetime2(3) NULL,
    CONSTRAINT [PK_Recovery] PRIMARY KEY CLUSTERED ([App], [Relay])
);
GO
INSERT INTO [relay].[Recovery] ([App], [Relay], [Since], [Rounds], [Step], [NextDueAt], [Told], [Command], [CommandNumber], [WorkedAt]) VALUES
    (N'upgraded-app', N'lines', N'2026-11-28T03:29:05.522', 6, 6, N'2026-11-28T03:32:45.024', N'["long_outage", "long_outage 2026-11-28T03:29:05.606Z"]', NULL, 1, N'2026-11-28T03:32:42.698'),
    (N'upgraded-app', N'notes', N'2026-11-28T03:32:29.329', 0, 0, N'2026-11-28T03:32:30.871', N'[]', NULL, 0, N'2026-11-28T03:32:30.298'),
    (N'upgraded-app', N'orders', N'2026-11-28T03:32:12.975', 1, 1, N'2026-11-28T03:32:30.058', N'[]', N'retry_now', 1, N'2026-11-28T03:32:30.310');
GO
CREATE TABLE [relay].[Replay] (
    [App] nvarchar(60) NOT NULL,
    [Relay] nvarchar(40) NOT NULL,
    [Number] int NOT NULL,
    [State] varchar(10) NOT NULL,
    [Selection] nvarchar(400) NOT NULL,
    [Cursor] bigint NOT NULL,
    [Total] int NOT NULL,
    [Done] int NOT NULL,
    [Delivered] int NOT NULL,
    [Rejected] int NOT NULL,
    [Failed] int NOT NULL,
    [Step] int NOT NULL,
    [AskedForSeconds] float NULL,
    [Error] nvarchar(1000) NOT NULL,
    [StartedAt] datetime2(3) NOT NULL,
    [DueAt] datetime2(3) NOT NULL,
    CONSTRAINT [PK_Replay] PRIMARY KEY CLUSTERED ([App], [Relay])
);
GO
INSERT INTO [relay].[Replay] ([App], [Relay], [Number], [State], [Selection], [Cursor], [Total], [Done], [Delivered], [Rejected], [Failed], [Step], [AskedForSeconds], [Error], [StartedAt], [DueAt]) VALUES
    (N'upgraded-app', N'letters', 2, N'cancelled', N'{"status": null, "since": null, "before": null, "after": 0, "upto": 241}', 197, 97, 53, 0, 0, 53, 2, NULL, N'the endpoint answered 500', N'2026-11-28T03:32:00.915', N'2026-11-28T03:37:04.739');
GO
CREATE TABLE [relay].[Restart] (
    [App] nvarchar(60) NOT NULL,
    [Instance] nvarchar(300) NOT NULL,
    [Mark] nvarchar(200) NOT NULL,
    [Restarts] int NOT NULL,
    [Since] datetime2(3) NOT NULL,
    [RestartedAt] datetime2(3) NOT NULL,
    [Error] nvarchar(1000) NOT NULL,
    CONSTRAINT [PK_Restart] PRIMARY KEY CLUSTERED ([App], [Instance])
);
GO
INSERT INTO [relay].[Restart] ([App], [Instance], [Mark], [Restarts], [Since], [RestartedAt], [Error]) VALUES
    (N'upgraded-app', N'backfill-upgraded-app-parts', N'1 0 0', 1, N'2026-11-28T03:32:34.573', N'2026-11-28T03:32:34.573', N'there is no such instance');
GO
CREATE TABLE [relay].[Schema] (
    [App] nvarchar(60) NOT NULL,
    [Version] int NOT NULL,
    [MigratedAt] datetime2(3) NOT NULL,
    CONSTRAINT [PK_Schema] PRIMARY KEY CLUSTERED ([App])
);
GO
INSERT INTO [relay].[Schema] ([App], [Version], [MigratedAt]) VALUES
    (N'upgraded-app', 7, N'2026-11-28T03:29:02.848');
GO
CREATE TABLE [relay].[Standing] (
    [App] nvarchar(60) NOT NULL,
    [Relay] nvarchar(40) NOT NULL,
    [PausedUntil] datetime2(3) NULL,
    [HeldBackUntil] datetime2(3) NULL,
    [Reason] nvarchar(300) NULL,
    [AwaySince] datetime2(3) NULL,
    [BackAt] datetime2(3) NULL,
    [RefusalStatus] int NULL,
    [Refusals] int NOT NULL,
    [RefusedSince] datetime2(3) NULL,
    [FirstTryUntil] datetime2(3) NULL,
    [AskedSeconds] bigint NULL,
    CONSTRAINT [PK_Standing] PRIMARY KEY CLUSTERED ([App], [Relay])
);
GO
INSERT INTO [relay].[Standing] ([App], [Relay], [PausedUntil], [HeldBackUntil], [Reason], [AwaySince], [BackAt], [RefusalStatus], [Refusals], [RefusedSince], [FirstTryUntil], [AskedSeconds]) VALUES
    (N'upgraded-app', N'archive', NULL, NULL, N'the endpoint answered 500', NULL, N'2026-11-28T03:32:12.446', NULL, 0, NULL, NULL, NULL),
    (N'upgraded-app', N'letters', NULL, NULL, N'the endpoint answered 500', NULL, N'2026-11-28T03:32:05.688', NULL, 0, NULL, NULL, NULL),
    (N'upgraded-app', N'lines', NULL, N'2026-11-28T03:32:43.784', N'the endpoint answered 500', N'2026-11-28T03:29:05.606', NULL, NULL, 0, NULL, NULL, NULL),
    (N'upgraded-app', N'notes', NULL, NULL, NULL, NULL, NULL, 422, 8, N'2026-11-28T03:32:29.191', NULL, NULL),
    (N'upgraded-app', N'orders', NULL, N'2026-11-28T03:32:29.640', N'the endpoint answered 500', N'2026-11-28T03:32:13.014', N'2026-11-28T03:32:33.530', NULL, 0, NULL, NULL, NULL);
GO
CREATE TABLE [relay].[TriggerStart] (
    [App] nvarchar(60) NOT NULL,
    [Relay] nvarchar(40) NOT NULL,
    [HostStart] nvarchar(200) NOT NULL,
    [TableId] int NULL,
    [Columns] nvarchar(max) NOT NULL,
    [ChangedAt] bigint NULL,
    [AwaitedSince] datetime2(3) NULL,
    [Told] nvarchar(400) NOT NULL,
    CONSTRAINT [PK_TriggerStart] PRIMARY KEY CLUSTERED ([App], [Relay])
);
GO
INSERT INTO [relay].[TriggerStart] ([App], [Relay], [HostStart], [TableId], [Columns], [ChangedAt], [AwaitedSince], [Told]) VALUES
    (N'upgraded-app', N'archive', N'vm/19844/3018155', 1029578706, N'["StockId", "Amount"]', NULL, NULL, N'[]'),
    (N'upgraded-app', N'goods', N'vm/19844/3018155', 1093578934, N'["GoodId", "Name"]', NULL, NULL, N'[]'),
    (N'upgraded-app', N'labels', N'vm/19844/3018155', 1029578706, N'["StockId", "Amount"]', NULL, NULL, N'[]'),
    (N'upgraded-app', N'letters', N'vm/19844/3018155', 965578478, N'["LetterId", "Text"]', NULL, NULL, N'[]'),
    (N'upgraded-app', N'lines', N'vm/19844/3018155', 933578364, N'["OrderId", "Line", "Quantity"]', NULL, NULL, N'[]'),
    (N'upgraded-app', N'notes', N'vm/19844/3018155', 997578592, N'["NoteId", "Text"]', NULL, NULL, N'[]'),
    (N'upgraded-app', N'orders', N'vm/19844/3018155', 901578250, N'["OrderId", "Status", "Total"]', NULL, NULL, N'[]'),
    (N'upgraded-app', N'parts', N'vm/19844/3018155', 1061578820, N'["PartId", "Name"]', NULL, NULL, N'[]'),
    (N'upgraded-app', N'shelves', N'vm/19844/3018155', 1029578706, N'["StockId", "Amount"]', NULL, NULL, N'[]'),
    (N'upgraded-app', N'stock', N'vm/19844/3018155', 1029578706, N'["StockId", "Amount"]', NULL, NULL, N'[]');
GO
