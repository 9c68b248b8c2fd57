def test_the_auditor_reads_the_trail_and_nobody_else(as_role, county):
    page = as_role("auditor").page("/system/audit/")
    assert "授予角色" in page.text
    assert as_role("county_staff").get("/system/audit/").status_code == 403
    assert as_role("sysadmin").get("/system/audit/").status_code == 403
