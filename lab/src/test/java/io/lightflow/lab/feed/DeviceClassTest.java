package io.lightflow.lab.feed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceClassTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "desktop | Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; Tablet PC 2.0)",
                "desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_8_3) Safari/537.36",
                "desktop | Mozilla/5.0 (X11; Linux x86_64; rv:19.0) Gecko/20100101 Firefox/19.0",
                "tablet  | Mozilla/5.0 (iPad; CPU OS 6_1 like Mac OS X) Mobile/10B141",
                "tablet  | Mozilla/5.0 (Linux; U; Android 4.1.2; GT-N8000) Version/4.0 Safari/534.30",
                "phone   | Mozilla/5.0 (Linux; U; Android 4.1.2; GT-I9300) Version/4.0 Mobile Safari/534.30",
                "phone   | HUAWEI_T8830Pro_TD/1.0 Android/4.0.4 (Linux; U; Android 4.0.4; zh-cn)",
                "phone   | Mozilla/5.0 (iPhone; CPU iPhone OS 6_1_3 like Mac OS X) Mobile/10B329",
                "phone   | Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; IEMobile/10.0; NOKIA)",
                "phone   | Opera/9.80 (J2ME/MIDP; Opera Mini/4.5.29721/29.3551; U; zh)",
                "''      | User_Agent",
                "''      | ''",
            })
    void theUserAgentTellsTheClassOfDevice(String device, String userAgent) {
        assertThat(DeviceClass.of(userAgent)).isEqualTo(device);
    }
}
