using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Tests.Schema;

/// <remarks>https://hl7.org/fhir/R4/</remarks>
public sealed class R4SchemaTests
{
    private static readonly R4Schema Schema = R4Schema.Instance;

    [Fact]
    public void Every_type_of_R4_is_there()
    {
        Assert.Equal(146, Schema.ResourceTypes.Count);
        Assert.Equal(148, Schema.Types.Count(type => type.Kind == TypeKind.Resource));
        Assert.Equal(20, Schema.Types.Count(type => type.Kind == TypeKind.Primitive));
        Assert.Equal(41, Schema.Types.Count(type => type.Kind == TypeKind.Complex));
        Assert.Equal(Schema.ResourceTypes.Order(StringComparer.Ordinal), Schema.ResourceTypes);
        Assert.DoesNotContain("DomainResource", Schema.ResourceTypes);
    }

    [Fact]
    public void Elements_stand_in_the_order_of_the_specification_inherited_ones_first() =>
        Assert.Equal(
            ["id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension", "identifier", "active", "name", "telecom",
             "gender", "birthDate", "deceased", "address", "maritalStatus", "multipleBirth", "photo", "contact", "communication", "generalPractitioner",
             "managingOrganization", "link"],
            Schema.FindType("Patient")!.Elements.Select(element => element.Name));

    [Fact]
    public void A_choice_is_one_property_per_type()
    {
        var observation = Schema.FindType("Observation")!;
        var quantity = observation.FindProperty("valueQuantity")!;

        Assert.Equal(("value", "Observation.value[x]", "Quantity"), (quantity.Element.Name, quantity.Element.Path, quantity.Type.Name));
        Assert.Same(quantity.Element, observation.FindProperty("valueString")!.Element);
        Assert.Same(quantity.Element, observation.FindElement("value"));
        Assert.Null(observation.FindProperty("value"));
        Assert.Null(observation.FindProperty("valueAddress"));
    }

    [Fact]
    public void A_content_reference_leads_to_the_type_it_names()
    {
        var item = Schema.FindType("Questionnaire.item")!;

        Assert.Same(item, item.FindProperty("item")!.Type);
        Assert.Equal((TypeKind.Backbone, "BackboneElement"), (item.Kind, item.BaseType!.Name));
        Assert.Contains(item.Constraints, constraint => constraint.Key == "que-1");
    }

    [Theory]
    [InlineData("Patient", "id", "id")]
    [InlineData("HumanName", "id", "string")]
    [InlineData("Patient.contact", "id", "string")]
    [InlineData("Extension", "url", "uri")]
    [InlineData("Narrative", "div", "xhtml")]
    [InlineData("Bundle.entry", "resource", "Resource")]
    public void Types_of_the_FHIRPath_system_are_FHIR_primitives(string type, string element, string expected) =>
        Assert.Equal(expected, Schema.FindType(type)!.FindProperty(element)!.Type.Name);

    [Fact]
    public void A_primitive_has_id_and_extension_and_no_element_value() =>
        Assert.Equal(["id", "extension"], Schema.FindType("string")!.Elements.Select(element => element.Name));

    [Fact]
    public void Cardinality_summary_modifier_and_targets_are_those_published()
    {
        var observation = Schema.FindType("Observation")!;
        var status = observation.FindElement("status")!;
        var subject = observation.FindElement("subject")!;

        Assert.Equal((1, 1, true, true), (status.Min, status.Max, status.IsSummary, status.IsModifier));
        Assert.Equal((0, int.MaxValue, true), (observation.FindElement("category")!.Min, observation.FindElement("category")!.Max, observation.FindElement("category")!.IsArray));
        Assert.Equal(["Patient", "Group", "Device", "Location"], subject.Types.Single().TargetTypes);
        Assert.Empty(observation.FindElement("focus")!.Types.Single().TargetTypes);
    }

    [Fact]
    public void Required_bindings_know_their_codes_where_the_definitions_enumerate_them()
    {
        var gender = Schema.FindType("Patient")!.FindElement("gender")!.Binding!;
        var mime = Schema.FindType("Attachment")!.FindElement("contentType")!.Binding!;

        Assert.Equal((BindingStrength.Required, "http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1"), (gender.Strength, gender.ValueSet));
        Assert.Equal(["male", "female", "other", "unknown"], gender.Codes!.Members.Select(member => member.Code));
        Assert.True(gender.Codes.Contains("male"u8));
        Assert.False(gender.Codes.Contains("Male"u8));
        Assert.Null(mime.Codes);
    }

    [Fact]
    public void Only_four_required_value_sets_cant_be_enumerated_from_the_definitions() =>
        Assert.Equal(
            ["http://hl7.org/fhir/ValueSet/currencies", "http://hl7.org/fhir/ValueSet/mimetypes", "http://hl7.org/fhir/ValueSet/ucum-units", "http://loinc.org/vs/LL379-9"],
            Schema.Types.SelectMany(type => type.Elements).Select(element => element.Binding)
                .Where(binding => binding is { Strength: BindingStrength.Required, Codes: null })
                .Select(binding => binding!.ValueSet.Split('|')[0]).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Constraints_stand_once_on_the_type_and_not_again_on_its_elements()
    {
        var contact = Schema.FindType("Patient")!.FindElement("contact")!;

        Assert.Empty(contact.Constraints);
        Assert.Equal(["ele-1", "pat-1"], contact.Types[0].Type.Constraints.Select(constraint => constraint.Key).Order(StringComparer.Ordinal));
        Assert.All(
            Schema.Types.SelectMany(type => type.Constraints.Concat(type.Elements.SelectMany(element => element.Constraints))),
            constraint => Assert.NotEmpty(constraint.Expression));
    }

    [Fact]
    public void Search_parameters_are_all_1400_as_published()
    {
        Assert.Equal(1400, Schema.SearchParameters.Count);
        var code = Schema.SearchParameters.Single(parameter => parameter.Url == "http://hl7.org/fhir/SearchParameter/Medication-form");
        Assert.Equal(("form", "token", "Medication.form"), (code.Code, code.Type, code.Expression));
        Assert.Equal(["Medication"], code.Base);
        Assert.Contains(Schema.SearchParameters, parameter => parameter is { Type: "composite", Components.Count: 2 });
    }

    [Fact]
    public void The_five_compartments_name_their_members()
    {
        Assert.Equal(["Device", "Encounter", "Patient", "Practitioner", "RelatedPerson"], Schema.Compartments.Select(compartment => compartment.Code).Order(StringComparer.Ordinal));
        var patient = Schema.Compartments.Single(compartment => compartment.Code == "Patient");
        Assert.Equal(["subject", "performer"], patient.Members.Single(member => member.ResourceType == "Observation").Parameters);
    }
}
