-- The database of an app that was killed with its tables in every state, recorded by `./dev release 0.1.0`.
-- Batches end with GO, as query tools read them; the database must be empty.
CREATE SCHEMA [az_func];
GO
CREATE SCHEMA [relay];
GO
CREATE TABLE [az_func].[GlobalState] (
    [UserFunctionID] char(16) NOT NULL,
    [UserTableID] int NOT NULL,
    [LastSyncVersion] bigint NOT NULL,
    [LastAccessTime] datetime NOT NULL DEFAULT ((GETUTCDATE())),
    PRIMARY KEY CLUSTERED ([UserFunctionID], [UserTableID])
);
GO
INSERT INTO [az_func].[GlobalState] ([UserFunctionID], [UserTableID], [LastSyncVersion], [LastAccessTime]) VALUES
    (N'027cf48ccb88ebaf', 901578250, 0, N'2026-11-26T18:05:57.397'),
    (N'2dbbaaad4f1f4146', 1029578706, 0, N'2026-11-26T18:05:57.300'),
    (N'46dfbb633e35aa49', 1029578706, 0, N'2026-11-26T18:05:57.360'),
    (N'53d344c49685903c', 1093578934, 0, N'2026-11-26T18:05:57.273'),
    (N'663337ef3cb0049c', 1029578706, 0, N'2026-11-26T18:05:57.480'),
    (N'6987d56d0772474f', 965578478, 4, N'2026-11-26T18:08:37.590'),
    (N'd2c5f58935f6a8b6', 1029578706, 0, N'2026-11-26T18:05:57.523'),
    (N'dbae714b7c642c49', 933578364, 0, N'2026-11-26T18:05:57.433'),
    (N'e05c84c22758f77c', 1061578820, 12, N'2026-11-26T18:05:57.460'),
    (N'e0ab6c27bed25fc4', 997578592, 8, N'2026-11-26T18:09:11.183');
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
    (1, 9, 1, N'2026-11-26T18:09:14.1408234');
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
    (3, N'c', 6, 5, N'2026-11-26T18:09:09.3528190'),
    (4, N'd', 6, 5, N'2026-11-26T18:09:09.3528190');
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
    (801, 5, 5, N'2026-11-26T18:09:09.4501916'),
    (802, 5, 5, N'2026-11-26T18:09:09.4501916'),
    (803, 5, 5, N'2026-11-26T18:09:09.4501916'),
    (901, 13, 1, N'2026-11-26T18:09:26.9005266'),
    (902, 13, 1, N'2026-11-26T18:09:26.9005266'),
    (903, 13, 1, N'2026-11-26T18:09:26.9005266');
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
    (1, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (2, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (3, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (4, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (5, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (6, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (7, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (8, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (9, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (10, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (11, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (12, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (13, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (14, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (15, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (16, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (17, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (18, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (19, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (20, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (21, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (22, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (23, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (24, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (25, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (26, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (27, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (28, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (29, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (30, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (31, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (32, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (33, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (34, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (35, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (36, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (37, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (38, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (39, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (40, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (41, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (42, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (43, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (44, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (45, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (46, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (47, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (48, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (49, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (50, 10, 1, N'2026-11-26T18:09:14.2837662');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (51, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (52, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (53, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (54, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (55, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (56, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (57, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (58, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (59, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (60, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (61, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (62, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (63, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (64, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (65, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (66, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (67, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (68, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (69, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (70, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (71, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (72, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (73, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (74, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (75, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (76, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (77, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (78, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (79, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (80, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (81, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (82, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (83, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (84, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (85, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (86, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (87, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (88, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (89, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (90, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (91, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (92, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (93, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (94, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (95, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (96, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (97, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (98, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (99, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (100, 10, 1, N'2026-11-26T18:09:14.2837662');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (101, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (102, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (103, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (104, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (105, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (106, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (107, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (108, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (109, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (110, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (111, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (112, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (113, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (114, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (115, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (116, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (117, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (118, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (119, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (120, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (121, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (122, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (123, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (124, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (125, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (126, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (127, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (128, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (129, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (130, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (131, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (132, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (133, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (134, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (135, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (136, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (137, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (138, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (139, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (140, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (141, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (142, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (143, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (144, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (145, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (146, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (147, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (148, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (149, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (150, 10, 1, N'2026-11-26T18:09:14.2837662');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (151, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (152, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (153, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (154, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (155, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (156, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (157, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (158, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (159, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (160, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (161, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (162, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (163, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (164, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (165, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (166, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (167, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (168, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (169, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (170, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (171, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (172, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (173, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (174, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (175, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (176, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (177, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (178, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (179, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (180, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (181, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (182, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (183, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (184, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (185, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (186, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (187, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (188, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (189, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (190, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (191, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (192, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (193, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (194, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (195, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (196, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (197, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (198, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (199, 10, 1, N'2026-11-26T18:09:14.2837662'),
    (200, 10, 1, N'2026-11-26T18:09:14.2837662');
GO
INSERT INTO [az_func].[Leases_upgraded-app_parts] ([PartId], [_az_func_ChangeVersion], [_az_func_AttemptCount], [_az_func_LeaseExpirationTime]) VALUES
    (201, 10, 1, N'2026-11-26T18:09:14.2837662');
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
    (N'upgraded-app', N'archive', 2, N'done', N'asked', N'[]', 200, 0.0E0, 4, N'{"key1":12}', 12, 12, 12, 0, 0, 0, N'2026-11-26T18:08:53.640', N'2026-11-26T18:08:54.058'),
    (N'upgraded-app', N'labels', 1, N'running', N'asked', N'[]', 2, 0.1E0, 12, N'{"key1":2}', 12, 2, 2, 0, 0, 0, N'2026-11-26T18:09:12.254', N'2026-11-26T18:09:13.566'),
    (N'upgraded-app', N'parts', 1, N'running', N'gap', N'[]', 200, 0.0E0, 12, N'gone:{"key1":200}', 2, 2, 202, 0, 0, 0, N'2026-11-26T18:09:13.693', N'2026-11-26T18:09:24.356'),
    (N'upgraded-app', N'shelves', 1, N'paused', N'asked', N'[{"column":"Amount","operator":"at_least","operand":2}]', 3, 2.0E0, 4, N'{"key1":6}', 12, 6, 5, 1, 0, 0, N'2026-11-26T18:08:46.125', N'2026-11-26T18:08:50.048'),
    (N'upgraded-app', N'stock', 1, N'cancelled', N'asked', N'[{"column":"Amount","operator":"at_least","operand":2}]', 3, 2.0E0, 4, N'{"key1":3}', 12, 3, 2, 1, 0, 0, N'2026-11-26T18:08:45.729', N'2026-11-26T18:08:46.402');
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
    (4, N'upgraded-app', N'lines', N'[1,"a"]', 2, N'dead', 7, N'2026-11-26T18:05:57.971', N'2026-11-26T18:06:17.001', 500, N'given up by an operator; the endpoint answered 500', N'', N'2026-11-26T18:06:17.686'),
    (5, N'upgraded-app', N'lines', N'[2,"O''Neill"]', 2, N'dead', 7, N'2026-11-26T18:05:57.971', N'2026-11-26T18:06:17.001', 500, N'given up by an operator; the endpoint answered 500', N'', N'2026-11-26T18:06:17.686'),
    (119, N'upgraded-app', N'letters', N'[114]', 4, N'dead', 1, N'2026-11-26T18:08:37.497', N'2026-11-26T18:08:37.497', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-26T18:08:38.281'),
    (120, N'upgraded-app', N'letters', N'[115]', 4, N'dead', 1, N'2026-11-26T18:08:37.497', N'2026-11-26T18:08:37.497', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-26T18:08:38.281'),
    (121, N'upgraded-app', N'letters', N'[116]', 4, N'dead', 1, N'2026-11-26T18:08:37.497', N'2026-11-26T18:08:37.497', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-26T18:08:38.281'),
    (122, N'upgraded-app', N'letters', N'[117]', 4, N'dead', 1, N'2026-11-26T18:08:37.497', N'2026-11-26T18:08:37.497', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-26T18:08:38.281'),
    (123, N'upgraded-app', N'letters', N'[118]', 4, N'dead', 1, N'2026-11-26T18:08:37.497', N'2026-11-26T18:08:37.497', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-26T18:08:38.281'),
    (124, N'upgraded-app', N'letters', N'[119]', 4, N'dead', 1, N'2026-11-26T18:08:37.497', N'2026-11-26T18:08:37.497', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-26T18:08:38.281'),
    (125, N'upgraded-app', N'letters', N'[120]', 4, N'dead', 1, N'2026-11-26T18:08:37.497', N'2026-11-26T18:08:37.497', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-26T18:08:38.281'),
    (138, N'upgraded-app', N'orders', N'[801]', 5, N'open', 6, N'2026-11-26T18:08:54.206', N'2026-11-26T18:09:09.975', 500, N'the endpoint answered 500', N'', NULL),
    (139, N'upgraded-app', N'orders', N'[802]', 5, N'open', 6, N'2026-11-26T18:08:54.206', N'2026-11-26T18:09:09.975', 500, N'the endpoint answered 500', N'', NULL),
    (140, N'upgraded-app', N'orders', N'[803]', 5, N'open', 6, N'2026-11-26T18:08:54.206', N'2026-11-26T18:09:09.975', 500, N'the endpoint answered 500', N'', NULL),
    (141, N'upgraded-app', N'lines', N'[3,"c"]', 6, N'open', 9, N'2026-11-26T18:08:54.284', N'2026-11-26T18:09:23.974', 500, N'the endpoint answered 500', N'', NULL),
    (142, N'upgraded-app', N'lines', N'[4,"d"]', 6, N'open', 9, N'2026-11-26T18:08:54.284', N'2026-11-26T18:09:23.974', 500, N'the endpoint answered 500', N'', NULL),
    (143, N'upgraded-app', N'notes', N'[1]', 7, N'dead', 1, N'2026-11-26T18:09:10.270', N'2026-11-26T18:09:10.270', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-26T18:09:10.811'),
    (144, N'upgraded-app', N'notes', N'[2]', 7, N'dead', 1, N'2026-11-26T18:09:10.270', N'2026-11-26T18:09:10.270', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', N'2026-11-26T18:09:10.811'),
    (145, N'upgraded-app', N'notes', N'[3]', 8, N'dead', 1, N'2026-11-26T18:09:11.064', N'2026-11-26T18:09:11.064', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', NULL),
    (146, N'upgraded-app', N'notes', N'[4]', 8, N'dead', 1, N'2026-11-26T18:09:11.064', N'2026-11-26T18:09:11.064', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', NULL),
    (147, N'upgraded-app', N'notes', N'[5]', 8, N'dead', 1, N'2026-11-26T18:09:11.064', N'2026-11-26T18:09:11.064', 422, N'the endpoint answered 422', N'{"type": "about:blank", "title": "Unprocessable change", "status": 422, "detail": "The demo API was told to reject a row."}', NULL),
    (148, N'upgraded-app', N'orders', N'[901]', 13, N'in_flight', 0, N'2026-11-26T18:09:13.864', N'2026-11-26T18:09:13.864', NULL, NULL, NULL, NULL),
    (149, N'upgraded-app', N'orders', N'[902]', 13, N'in_flight', 0, N'2026-11-26T18:09:13.864', N'2026-11-26T18:09:13.864', NULL, NULL, NULL, NULL),
    (150, N'upgraded-app', N'orders', N'[903]', 13, N'in_flight', 0, N'2026-11-26T18:09:13.864', N'2026-11-26T18:09:13.864', NULL, NULL, NULL, NULL);
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
    (N'upgraded-app', N'archive', 1029578706, 0, 12, N'2026-11-26T18:09:12.966', N'0 0   ', N'2026-11-26T18:09:12.966', N'[]'),
    (N'upgraded-app', N'goods', 1093578934, -1, 7, N'2026-11-26T18:09:10.811', N'0 0   ', N'2026-11-26T18:09:10.811', N'["halted"]'),
    (N'upgraded-app', N'labels', 1029578706, 0, 12, N'2026-11-26T18:09:13.347', N'0 0   ', N'2026-11-26T18:09:13.347', N'[]'),
    (N'upgraded-app', N'letters', 965578478, 0, 12, N'2026-11-26T18:09:12.715', N'4 0   ', N'2026-11-26T18:09:12.715', N'[]'),
    (N'upgraded-app', N'lines', 933578364, 0, 12, N'2026-11-26T18:09:12.611', N'0 4 10 2026-11-26T18:09:09.3528190 6', N'2026-11-26T18:09:12.611', N'[]'),
    (N'upgraded-app', N'notes', 997578592, 0, 12, N'2026-11-26T18:09:12.863', N'8 0   ', N'2026-11-26T18:09:12.863', N'[]'),
    (N'upgraded-app', N'orders', 901578250, 0, 12, N'2026-11-26T18:09:12.348', N'0 6 15 2026-11-26T18:09:09.4501916 5', N'2026-11-26T18:09:12.348', N'[]'),
    (N'upgraded-app', N'parts', 1061578820, 12, 12, N'2026-11-26T18:09:10.756', N'12 201 201 2026-11-26T18:09:14.2837662 10', N'2026-11-26T18:09:13.471', N'["gap"]'),
    (N'upgraded-app', N'shelves', 1029578706, 0, 12, N'2026-11-26T18:09:13.256', N'0 0   ', N'2026-11-26T18:09:13.256', N'[]'),
    (N'upgraded-app', N'stock', 1029578706, 0, 12, N'2026-11-26T18:09:13.110', N'0 0   ', N'2026-11-26T18:09:13.110', N'[]');
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
    (N'upgraded-app', N'lines', N'2026-11-26T18:05:57.971', 7, 7, N'2026-11-26T18:09:26.217', N'["long_outage"]', NULL, 1),
    (N'upgraded-app', N'notes', N'2026-11-26T18:09:12.786', 0, 0, N'2026-11-26T18:09:13.786', N'[]', NULL, 0),
    (N'upgraded-app', N'orders', N'2026-11-26T18:08:54.206', 1, 1, N'2026-11-26T18:09:11.287', N'[]', N'retry_now', 1);
GO
