namespace Myeloma.Fhir.Validation.Tests.Base;

/// <remarks>https://hl7.org/fhir/R4/datatypes.html</remarks>
public sealed class DataTypeTests
{
    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void The_size_of_an_attachment_is_that_of_its_data(int size, bool isRight)
    {
        var found = Sample.Findings($$$"""{"resourceType":"Patient","photo":[{"contentType":"image/png","data":"QUJD","size":{{{size}}}}]}""");

        Assert.Equal(isRight ? [] : ["error attachment-size Patient.photo[0].size"], found);
    }

    [Theory]
    [InlineData("urn:oid:1.2.3", true)]
    [InlineData("1.2.3", false)]
    public void An_identifier_that_says_to_be_a_URI_is_one(string value, bool isRight)
    {
        var found = Sample.Findings($$$"""{"resourceType":"Patient","identifier":[{"system":"urn:ietf:rfc:3986","value":"{{{value}}}"}]}""");

        Assert.Equal(isRight ? [] : ["error identifier-uri Patient.identifier[0].value"], found);
    }

    [Fact]
    public void A_vital_sign_conforms_to_its_profile_though_it_does_not_name_it()
    {
        static string Weight(string code) => $$$"""
            {"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"{{{code}}}"}]},"subject":{"reference":"Patient/1"},
             "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}]}
            """;

        Assert.Contains("error profile-min Observation", Sample.Findings(Weight("29463-7")));
        Assert.Empty(Sample.Findings(Weight("8277-6")));
    }
}
